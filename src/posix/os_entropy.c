/* Random bytes from the kernel. */
#include "posix.h"

#include "os/entropy.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

/* Reads the generator's device: for systems without getentropy(), and for kernels or sandboxes
 * that refuse it. */
static apr_status_t read_device(unsigned char *to, size_t size) {
    apr_status_t status = APR_SUCCESS;
    int fd;

    do {
        fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return BROOD_OS_ERROR;
    }
    while (size > 0) {
        ssize_t got = read(fd, to, size);

        if (got > 0) {
            to += got;
            size -= (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            status = got == 0 ? APR_EOF : BROOD_OS_ERROR;
            break;
        }
    }
    (void)close(fd);
    return status;
}

static apr_status_t fill(unsigned char *to, size_t size) {
#ifdef BROOD_HAVE_GETENTROPY
    while (size > 0) {
        size_t part = size < 256 ? size : 256; /* the most that one call gives */

        if (getentropy(to, part) != 0) {
            break;
        }
        to += part;
        size -= part;
    }
    if (size == 0) {
        return APR_SUCCESS;
    }
#endif
    return read_device(to, size);
}

apr_status_t brood_os_random(void *buffer, size_t size) {
    apr_status_t status;

    memset(buffer, 0, size);
    BROOD_FAULT("os.random");
    status = fill(buffer, size);
    if (status != APR_SUCCESS) {
        memset(buffer, 0, size); /* half a key must not look like one */
    }
    return status;
}
