// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/start_stack.h"

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "userland/services/linux/abi/elf.h"

using namespace hop::personality;

namespace {

constexpr uint64_t kBase = 0x8000'7fff'ff00'0000;

/// The written stack, read back as a program would.
struct View {
  std::vector<std::byte> buffer;
  uint64_t rsp = 0;

  explicit View(const StartStack& start) : buffer(start_stack_bytes(start)) {
    rsp = write_start_stack(start, buffer.data(), buffer.size(), kBase);
  }
  [[nodiscard]] uint64_t word(uint64_t address) const {
    uint64_t value = 0;
    std::memcpy(&value, buffer.data() + (address - kBase), sizeof(value));
    return value;
  }
  [[nodiscard]] std::string text(uint64_t address) const {
    return reinterpret_cast<const char*>(buffer.data() + (address - kBase));
  }
};

StringList list(const std::string& bytes, uint32_t count) {
  return {bytes.data(), bytes.size(), count};
}

}  // namespace

TEST_CASE("a program finds its arguments, environment and auxiliary vector where the ABI says") {
  const std::string arguments("echo\0\0two words\0", 16), environment("A=1\0HOME=/\0", 11);
  StartStack start;
  start.arguments = list(arguments, 3);
  start.environment = list(environment, 2);
  start.file_name = "/bin/echo";
  start.entry = 0x401000;
  start.headers_address = 0x400040;
  start.header_count = 7;
  start.random[0] = 0x1122334455667788;
  const View view(start);

  REQUIRE(view.rsp % 16 == 0);
  REQUIRE(view.word(view.rsp) == 3);
  REQUIRE(view.text(view.word(view.rsp + 8)) == "echo");
  REQUIRE(view.text(view.word(view.rsp + 16)).empty());
  REQUIRE(view.text(view.word(view.rsp + 24)) == "two words");
  REQUIRE(view.word(view.rsp + 32) == 0);
  REQUIRE(view.text(view.word(view.rsp + 40)) == "A=1");
  REQUIRE(view.text(view.word(view.rsp + 48)) == "HOME=/");
  REQUIRE(view.word(view.rsp + 56) == 0);

  std::map<uint64_t, uint64_t> auxiliary;
  uint64_t place = view.rsp + 64;
  for (; view.word(place) != kAuxNull; place += 16) auxiliary[view.word(place)] = view.word(place + 8);
  REQUIRE(auxiliary.at(kAuxEntry) == 0x401000);
  REQUIRE(auxiliary.at(kAuxHeaders) == 0x400040);
  REQUIRE(auxiliary.at(kAuxHeaderCount) == 7);
  REQUIRE(auxiliary.at(kAuxPageSize) == 4096);
  REQUIRE(view.text(auxiliary.at(kAuxFileName)) == "/bin/echo");
  REQUIRE(view.text(auxiliary.at(kAuxPlatform)) == "x86_64");
  REQUIRE(view.word(auxiliary.at(kAuxRandom)) == 0x1122334455667788);
}

TEST_CASE("the first RSP is aligned for any number of strings") {
  for (uint32_t count = 0; count < 9; count++) {
    std::string arguments;
    for (uint32_t i = 0; i < count; i++) arguments += std::string(i, 'x') + '\0';
    StartStack start;
    start.arguments = list(arguments, count);
    const View view(start);
    REQUIRE(view.rsp % 16 == 0);
    REQUIRE(view.word(view.rsp) == count);
    REQUIRE(view.rsp >= kBase);
  }
}
