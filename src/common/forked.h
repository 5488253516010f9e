/* The children that brood_fork() has made here. Internal. */
#ifndef BROOD_COMMON_FORKED_H
#define BROOD_COMMON_FORKED_H

/* In a forked child: these are another's. */
void brood__forked_after_fork(void);

#endif
