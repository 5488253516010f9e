/* Random bytes from the system's preferred generator. */
#include "system.h"
#include "os/entropy.h"

#include <bcrypt.h>
#include <string.h>

apr_status_t brood_os_random(void *buffer, size_t size) {
    memset(buffer, 0, size);
    BROOD_FAULT("os.random");
    for (size_t done = 0; done < size;) {
        size_t left = size - done;
        ULONG part = left < 0x10000000 ? (ULONG)left : 0x10000000;
        if (BCryptGenRandom(NULL, (unsigned char *)buffer + done, part,
                            BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0) {
            memset(buffer, 0, size);
            return APR_EGENERAL;
        }
        done += part;
    }
    return APR_SUCCESS;
}
