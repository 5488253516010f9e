/* How a public symbol is declared. The one public header that looks at the platform. */
#ifndef BROOD_EXPORT_H
#define BROOD_EXPORT_H

#if defined(BROOD_STATIC)
#define BROOD_API
#elif defined(_WIN32)
#if defined(BROOD_BUILDING)
#define BROOD_API __declspec(dllexport)
#else
#define BROOD_API __declspec(dllimport)
#endif
#else
#define BROOD_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define BROOD_BEGIN_DECLS extern "C" {
#define BROOD_END_DECLS }
#else
#define BROOD_BEGIN_DECLS
#define BROOD_END_DECLS
#endif

#endif
