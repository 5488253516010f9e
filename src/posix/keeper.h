/* The threads that start what ends with this process. */
#ifndef BROOD_POSIX_KEEPER_H
#define BROOD_POSIX_KEEPER_H

/* How many such threads there are. They are not the program's, and a fork is none the
 * worse for them: they hold nothing while nobody asks them for a start. */
unsigned brood__keeper_threads(void);

#endif
