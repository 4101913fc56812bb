#include "tools/bench/request_pool.h"

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "ordermesh/orders/v1/orders.pb.h"

namespace ordermesh::bench {
namespace {

constexpr std::size_t kOrders = 4096;
constexpr std::size_t kIdLength = 32;

int Pick(std::mt19937_64& random, const Range& range) {
  return std::uniform_int_distribution<int>(range.first, range.last)(random);
}

orders::v1::CreateOrderRequest RandomOrder(const Options& options, std::mt19937_64& random) {
  orders::v1::CreateOrderRequest request;
  request.set_request_id(std::string(kIdLength, '#'));
  request.mutable_order()->set_customer_id(absl::StrFormat("CUST-%04d", Pick(random, options.customers)));
  std::set<int> skus;
  for (int lines = Pick(random, options.lines); static_cast<int>(skus.size()) < lines;) {
    const int sku = Pick(random, options.skus);
    if (!skus.insert(sku).second) continue;
    orders::v1::OrderLine& line = *request.mutable_order()->add_lines();
    line.set_sku(absl::StrFormat("SKU-%04d", sku));
    line.set_quantity(Pick(random, options.quantity));
  }
  return request;
}

void WriteHex(std::uint64_t value, char* to) {
  for (int i = 15; i >= 0; --i, value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

}  // namespace

RequestPool::RequestPool(const Options& options, std::uint64_t run) : run_(run) {
  std::mt19937_64 random(options.seed);
  orders_.reserve(kOrders);
  for (std::size_t i = 0; i < kOrders; ++i) {
    const orders::v1::CreateOrderRequest request = RandomOrder(options, random);
    if (options.http) {
      std::string json;
      // Cannot fail for a message that was just made.
      (void)google::protobuf::util::MessageToJsonString(request.order(), &json);
      orders_.push_back({std::move(json), std::string::npos});
      continue;
    }
    const std::string body = request.SerializeAsString();
    // The prefix: not compressed, the length in network order.
    std::string message(5, '\0');
    for (int byte = 0; byte < 4; ++byte) message[4 - byte] = static_cast<char>(body.size() >> (8 * byte));
    message += body;
    orders_.push_back({message, message.find(std::string(kIdLength, '#'))});
  }
}

Request RequestPool::Make(std::uint64_t number) const {
  const Encoded& order = orders_[number % orders_.size()];
  Request request{order.message, {}};
  char* id = request.body.data() + order.id_at;
  if (order.id_at == std::string::npos) {
    request.idempotency_key.resize(kIdLength);
    id = request.idempotency_key.data();
  }
  WriteHex(run_, id);
  WriteHex(number, id + 16);
  return request;
}

}  // namespace ordermesh::bench
