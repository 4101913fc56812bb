#include "libs/registry/client.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"
#include "libs/http/url.h"
#include "libs/json/reader.h"
#include "libs/json/writer.h"

namespace ordermesh::registry {
namespace {

constexpr char kContentType[] = "application/vnd.schemaregistry.v1+json";
// Of what the registry says, in a status.
constexpr std::size_t kMostReasonBytes = 1000;

std::string ToJson(const Schema& schema) {
  std::string out;
  {
    json::ObjectWriter object(out);
    object.String("schemaType", "PROTOBUF");
    object.String("schema", schema.text);
    json::ArrayWriter references(object.Name("references"));
    for (const Reference& reference : schema.references) {
      json::ObjectWriter one(references.Next());
      one.String("name", reference.name);
      one.String("subject", reference.subject);
      one.Integer("version", reference.version);
    }
  }
  return out;
}

absl::StatusOr<Registered> ReadRegistered(absl::string_view body) {
  Registered registered;
  const absl::Status read = json::Read(body, [&](const json::Value& root) {
    root.Object([&](absl::string_view name, const json::Value& value) {
      if (name == "id") registered.id = value.Int32();
      if (name == "version") registered.version = value.Int32();
    });
  });
  if (!read.ok()) return absl::InternalError(absl::StrCat("schema registry: ", read.message()));
  return registered;
}

// What an error's body says: {"error_code": 40901, "message": "…"}.
std::string MessageOf(absl::string_view body) {
  std::string message;
  const absl::Status read = json::Read(body, [&](const json::Value& root) {
    root.Object([&](absl::string_view name, const json::Value& value) {
      if (name == "message" && value.IsString()) message = value.String();
    });
  });
  if (!read.ok()) message.clear();
  return message.substr(0, kMostReasonBytes);
}

absl::StatusCode CodeOf(const http::Result& result) {
  switch (result.reply.status) {
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kFailedPrecondition;
    case 422:
      return absl::StatusCode::kInvalidArgument;
    default:
      return result.status.code();
  }
}

std::string Authorization(const RegistryConfig& config) {
  if (config.username.empty()) return "";
  return absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(config.username, ":", config.password)));
}

}  // namespace

void RegistryConfig::Declare(base::ConfigFields& fields) {
  fields.Text("schema_registry_url", url,
              "a schema registry with Confluent's API: values on Kafka carry its framing then; empty: none");
  fields.Text("schema_registry_username", username, "for HTTP's basic authentication; empty: none");
  fields.Text("schema_registry_password", password, "for HTTP's basic authentication").Secret();
  fields.Text("schema_registry_ca_file", ca_file, "PEM of whom to trust with https; empty: the system's");
}

Client::Client(const RegistryConfig& config, base::Timer& timer, base::Random& random)
    : url_(absl::StripSuffix(config.url, "/")),
      authorization_(Authorization(config)),
      http_({.user_agent = "ordermesh",
             .ca_file = config.ca_file,
             .attempt_timeout = absl::Seconds(10),
             .max_attempts = 3},
            timer, random) {}

absl::StatusOr<std::string> Client::Send(const char* method, absl::string_view path, absl::string_view body,
                                         absl::string_view subject) {
  http::Request request;
  request.method = method;
  request.url = absl::StrCat(url_, path);
  request.headers = {{"Content-Type", kContentType}, {"Accept", kContentType}};
  if (!authorization_.empty()) request.headers.emplace_back("Authorization", authorization_);
  request.body = body;
  request.repeatable = true;  // the same schema again is the same version
  http::Result result = http_.Send(request);
  if (result.ok()) return std::move(result.reply.body);
  const std::string message = MessageOf(result.reply.body);
  return absl::Status(CodeOf(result), absl::StrCat("schema registry, subject ", subject, ": ",
                                                   message.empty() ? result.status.message() : message));
}

absl::Status Client::SetCompatibility(absl::string_view subject, absl::string_view level) {
  std::string body;
  {
    json::ObjectWriter object(body);
    object.String("compatibility", level);
  }
  return Send("PUT", absl::StrCat("/config/", http::Escape(subject)), body, subject).status();
}

absl::StatusOr<Registered> Client::Register(absl::string_view subject, const Schema& schema) {
  RETURN_IF_ERROR(
      Send("POST", absl::StrCat("/subjects/", http::Escape(subject), "/versions"), ToJson(schema), subject).status());
  // That answer has the id alone.
  return Find(subject, schema);
}

absl::StatusOr<Registered> Client::Find(absl::string_view subject, const Schema& schema) {
  ASSIGN_OR_RETURN(const std::string body,
                   Send("POST", absl::StrCat("/subjects/", http::Escape(subject)), ToJson(schema), subject));
  ASSIGN_OR_RETURN(const Registered registered, ReadRegistered(body));
  if (registered.id <= 0 || registered.version <= 0) {
    return absl::InternalError(
        absl::StrCat("schema registry, subject ", subject, ": an answer without id and version"));
  }
  return registered;
}

absl::Status Client::CheckCompatible(absl::string_view subject, const Schema& schema) {
  const absl::StatusOr<std::string> body =
      Send("POST", absl::StrCat("/compatibility/subjects/", http::Escape(subject), "/versions/latest?verbose=true"),
           ToJson(schema), subject);
  if (absl::IsNotFound(body.status())) return absl::OkStatus();
  RETURN_IF_ERROR(body.status());
  bool compatible = false;
  std::vector<std::string> reasons;
  const absl::Status read = json::Read(*body, [&](const json::Value& root) {
    root.Object([&](absl::string_view name, const json::Value& value) {
      if (name == "is_compatible") compatible = value.Bool();
      if (name == "messages") value.Array([&](const json::Value& reason) { reasons.push_back(reason.String()); });
    });
  });
  if (!read.ok()) return absl::InternalError(absl::StrCat("schema registry: ", read.message()));
  if (compatible) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "schema registry, subject ", subject,
      ": not compatible with its latest version: ", absl::StrJoin(reasons, "; ").substr(0, kMostReasonBytes)));
}

}  // namespace ordermesh::registry
