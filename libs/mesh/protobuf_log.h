// Turns Protobuf's own log lines, which it writes to standard error as text, into ours.
#pragma once

namespace ordermesh::mesh {

// From now on they are warnings of our log, at most ten a second. They say which field was not UTF-8, or where in the
// library the complaint is made, and nothing of its text, which may quote a message. To be called before any thread
// starts.
void RedirectProtobufLog();

}  // namespace ordermesh::mesh
