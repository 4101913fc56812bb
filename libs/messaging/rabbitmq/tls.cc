#include "libs/messaging/rabbitmq/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/time.h>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::rabbitmq {
namespace {

// What OpenSSL said first; its queue, which is the thread's, is empty afterwards.
std::string TakeError() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason == nullptr ? "" : reason;
}

// OpenSSL asks this about every certificate of the chain; we only write down what it found.
int NoteVerdict(int ok, X509_STORE_CTX* chain) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* refusal = static_cast<std::string*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (ok == 0 && refusal != nullptr) *refusal = X509_verify_cert_error_string(X509_STORE_CTX_get_error(chain));
  return ok;
}

absl::Status TrustAuthorities(SSL_CTX* tls, const std::string& ca_file) {
  if (ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(tls) == 1) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("rabbitmq: the system's certificate authorities: ", TakeError()));
  }
  if (SSL_CTX_load_verify_locations(tls, ca_file.c_str(), nullptr) == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("amqp_ca_file: ", ca_file, ": ", TakeError()));
}

// Has OpenSSL itself verify the peer during the handshake, so that the password never leaves before. rabbitmq-c would
// only look afterwards, and 0.11 knows no addresses in certificates.
absl::Status DemandHost(SSL_CTX* tls, const std::string& host) {
  X509_VERIFY_PARAM* demands = SSL_CTX_get0_param(tls);
  X509_VERIFY_PARAM_set_hostflags(demands, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(demands, host.c_str()) == 1;
  if (!is_address && X509_VERIFY_PARAM_set1_host(demands, host.c_str(), host.size()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("amqp_url: ", host, " is no name of a host"));
  }
  ERR_clear_error();  // that it is no address is no error
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NoteVerdict);
  return absl::OkStatus();
}

}  // namespace

absl::Status OpenTls(amqp_connection_state_t connection, const Url& url, const std::string& ca_file,
                     absl::Duration timeout) {
  amqp_socket_t* socket = amqp_ssl_socket_new(connection);
  if (socket == nullptr) return absl::ResourceExhaustedError("rabbitmq: no memory");
  auto* tls = static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket));
  SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
  RETURN_IF_ERROR(TrustAuthorities(tls, ca_file));
  RETURN_IF_ERROR(DemandHost(tls, url.host));
  amqp_ssl_socket_set_verify_hostname(socket, 0);  // done by OpenSSL: see DemandHost

  std::string refusal;
  SSL_CTX_set_app_data(tls, &refusal);
  const timeval limit = absl::ToTimeval(timeout);
  const int opened = amqp_socket_open_noblock(socket, url.host.c_str(), url.port, &limit);
  SSL_CTX_set_app_data(tls, nullptr);
  const std::string error = TakeError();
  if (opened == AMQP_STATUS_OK) return absl::OkStatus();

  const std::string what = absl::StrCat("rabbitmq: ", url.host, ":", url.port, " over TLS: ");
  if (!refusal.empty()) return absl::UnavailableError(absl::StrCat(what, "certificate refused: ", refusal));
  return absl::UnavailableError(absl::StrCat(what, amqp_error_string2(opened), error.empty() ? "" : ": ", error));
}

}  // namespace ordermesh::rabbitmq
