// Kafka's records, partition by partition, into a sink.
//
//   kafka topic ─► RecordSource ─► GroupMember ─► sink        what it made of them
//                                       └───────► DeadLetters what nobody can make anything of
//
// A new consumer is a sink (partition_sink.h), a topic and a group.
#pragma once

#include <stop_token>
#include <thread>

#include "libs/base/random.h"
#include "libs/base/retry.h"
#include "libs/base/timer.h"
#include "libs/stream/group_member.h"

namespace ordermesh::stream {

// The thread that is a member of the group: joins, applies, and starts again after whatever goes wrong. Its end applies
// what was taken and leaves the group. The dependencies must outlive it; sink and dead letters are its thread's alone.
class PartitionConsumer {
 public:
  // `open` is called on the thread, whenever there is no membership.
  PartitionConsumer(ConsumeOptions options, OpenRecordSource open, AnySink& sink, DeadLetters& dead_letters,
                    const ConsumerMetrics& metrics, base::Timer& timer, base::Random& random);

 private:
  void Run(std::stop_token stop);

  const std::string activity_;
  const OpenRecordSource open_;
  base::Retry retry_;    // the thread only
  GroupMember member_;   // the thread only
  std::jthread thread_;  // Last: it ends before what it uses goes away.
};

}  // namespace ordermesh::stream
