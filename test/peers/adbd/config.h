// What Android's build system would define for every source file.
#define PLATFORM_TOOLS_VERSION "29.0.6"
#define ADB_VERSION "29.0.6"
#ifdef __cplusplus
#include <stdint.h>
#include <sys/types.h>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
extern "C" void fs_config(const char*, int, const char*, unsigned*, unsigned*, unsigned*, uint64_t*);
#endif
