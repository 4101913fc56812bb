// What a process says by its exit code; the first three as in sysexits.h.
#pragma once

namespace ordermesh::base {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 64;        // an unknown flag
inline constexpr int kExitUnavailable = 69;  // something needed at start is not to be had, a port for example
inline constexpr int kExitInternal = 70;     // a broken invariant, or the watchdog ended a shutdown that hung
inline constexpr int kExitConfig = 78;       // a bad configuration, a login that is refused among them

}  // namespace ordermesh::base
