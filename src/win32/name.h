/* Names of kernel objects that nobody can guess. */
#ifndef BROOD_WIN32_NAME_H
#define BROOD_WIN32_NAME_H

#include "system.h"

#define BROOD__NAME_BITS_SIZE 16
/* Room for any prefix used here, 32 digits and the end. */
#define BROOD__NAME_UNITS 64

/* Writes the prefix and the bits as hexadecimal digits. */
void brood__name_spell(wchar_t name[BROOD__NAME_UNITS], const wchar_t *prefix,
                       const unsigned char bits[BROOD__NAME_BITS_SIZE]);

#endif
