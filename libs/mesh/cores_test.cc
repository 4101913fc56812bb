#include "libs/mesh/cores.h"

#include <gtest/gtest.h>

namespace ordermesh::mesh {
namespace {

TEST(CoresOfQuotaTest, RoundsUpAndKnowsNoQuota) {
  EXPECT_EQ(CoresOfQuota("150000 100000"), 2);
  EXPECT_EQ(CoresOfQuota("50000 100000"), 1);
  EXPECT_EQ(CoresOfQuota("400000 100000"), 4);
  EXPECT_EQ(CoresOfQuota("max 100000"), 0);
  EXPECT_EQ(CoresOfQuota(""), 0);
  EXPECT_EQ(CoresOfQuota("-1 0"), 0);
}

TEST(AvailableCoresTest, IsAtLeastOne) { EXPECT_GE(AvailableCores(), 1); }

}  // namespace
}  // namespace ordermesh::mesh
