# Only libs/base/clock.cc and libs/base/log.cc read the time of day, and nothing waits by it: everything else has a
# base::Clock for timestamps and a base::Timer for deadlines and waits. Tests may do as they like.
cmake_policy(VERSION 3.25)
file(GLOB_RECURSE sources RELATIVE ${SOURCE} ${SOURCE}/libs/*.h ${SOURCE}/libs/*.cc ${SOURCE}/services/*.h
     ${SOURCE}/services/*.cc)
list(FILTER sources EXCLUDE REGEX "_test\\.(h|cc)$|/testing/|_for_test\\.")
list(LENGTH sources count)
if(count LESS 100)
  message(FATAL_ERROR "only ${count} sources were found")
endif()

set(reads_time_of_day "absl::Now\\(|system_clock|CLOCK_REALTIME|gettimeofday|[^a-zA-Z_]time\\((NULL|nullptr|0)\\)")
set(waits_by_it "sleep_for|sleep_until|wait_until|absl::SleepFor|WithDeadline\\(|WithTimeout\\(|usleep|nanosleep")
set(may_read libs/base/clock.cc libs/base/log.cc
    libs/mesh/grpc_lane.cc)  # gRPC's time zero, for an alarm that is due at once
set(found)
foreach(source IN LISTS sources)
  file(STRINGS ${SOURCE}/${source} lines REGEX "${reads_time_of_day}")
  if(lines AND source IN_LIST may_read)
    list(REMOVE_ITEM may_read ${source})
  elseif(lines)
    string(APPEND found "\n${source}: ${lines}")
  endif()
  file(STRINGS ${SOURCE}/${source} lines REGEX "${waits_by_it}")
  if(lines)
    string(APPEND found "\n${source}: ${lines}")
  endif()
endforeach()
if(found)
  message(FATAL_ERROR "the time of day is read, or waited by:${found}")
endif()
if(may_read)
  message(FATAL_ERROR "these need no exception any more: ${may_read}")
endif()
