// The stack of real stores that a test runs under (see tools/stack), to be stopped and started in the middle of it.
#pragma once

#include <string>

namespace ordermesh::testing {

// Commands of tools/stack for the stack named by ORDERMESH_STACK_DIR; each returns when it is done. A failure ends the
// test process, since nothing that follows would mean anything.
class Stack {
 public:
  static void Stop(const std::string& store) { Command("stop " + store); }
  static void Start(const std::string& store) { Command("start " + store); }
  static void Kill(const std::string& store) { Command("kill " + store); }
  static void Pause(const std::string& store) { Command("pause " + store); }
  static void Resume(const std::string& store) { Command("resume " + store); }
  static void Rabbitmqctl(const std::string& arguments) { Command("rabbitmqctl", arguments); }

  // An environment variable that tools/stack sets: DATABASE_URL, AMQP_URL, KAFKA_BROKERS.
  static std::string Variable(const char* name);

 private:
  static void Command(const std::string& verb, const std::string& more = "");
};

}  // namespace ordermesh::testing
