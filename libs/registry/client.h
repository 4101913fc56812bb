// A schema registry, by the API that Confluent's has and Apicurio's and Karapace offer, too.
// https://docs.confluent.io/platform/current/schema-registry/develop/api.html
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/config.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/http/client.h"
#include "libs/registry/schema.h"

namespace ordermesh::registry {

struct RegistryConfig {
  std::string url;  // "http://registry:8081", "https://registry/apis/ccompat/v7"; empty: there is none
  std::string username, password;
  std::string ca_file;  // PEM of whom to trust; empty: the system's

  void Declare(base::ConfigFields& fields);
};

struct Registered {
  int id = 0;       // what values carry
  int version = 0;  // of the subject
};

// Every call's errors:
//   kUnavailable, kDeadlineExceeded   it can't be reached, or has no answer: later
//   kUnauthenticated, kPermissionDenied
//   kInternal                         its answer is none
// and those that each names. The texts name the subject and quote what the registry says of the schemas. Belongs to one
// thread. `timer` and `random` must outlive it.
class Client {
 public:
  Client(const RegistryConfig& config, base::Timer& timer, base::Random& random);

  // Which changes later versions of the subject may have: "BACKWARD", "FULL", "NONE" and so on.
  absl::Status SetCompatibility(absl::string_view subject, absl::string_view level);
  // The same schema again gives the same id. kFailedPrecondition: it is not compatible with what the subject has.
  // kInvalidArgument: it is no schema to the registry.
  absl::StatusOr<Registered> Register(absl::string_view subject, const Schema& schema);
  // kNotFound: the subject is not there, or has no such schema.
  absl::StatusOr<Registered> Find(absl::string_view subject, const Schema& schema);
  // kFailedPrecondition, with the registry's reasons: the schema can't be the subject's next version. OK also when
  // there is no such subject.
  absl::Status CheckCompatible(absl::string_view subject, const Schema& schema);

 private:
  absl::StatusOr<std::string> Send(const char* method, absl::string_view path, absl::string_view body,
                                   absl::string_view subject);

  const std::string url_, authorization_;
  http::Client http_;
};

}  // namespace ordermesh::registry
