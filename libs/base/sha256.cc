#include "libs/base/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace ordermesh::base {

Sha256Digest Sha256(absl::string_view bytes) {
  // Looking the algorithm up costs more than hashing an order: once for the process.
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Sha256Digest digest;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, kSha256, nullptr) != 1) std::abort();
  return digest;
}

}  // namespace ordermesh::base
