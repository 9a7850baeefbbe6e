// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/cli/cpio_reader.h"

#include <array>
#include <stdexcept>

namespace test {
namespace {

constexpr size_t kFields = 13;
constexpr size_t kHeaderSize = 6 + 8 * kFields;

class Reader {
 public:
  explicit Reader(const emu::Bytes& archive)
      : archive_(reinterpret_cast<const char*>(archive.data()), archive.size()) {}

  std::string take(size_t size) {
    if (size > archive_.size() - place_) throw std::runtime_error("the archive is cut short");
    place_ += size;
    return archive_.substr(place_ - size, size);
  }
  void align() {
    while (place_ % 4 != 0) {
      if (take(1)[0] != 0) throw std::runtime_error("padding is not zero");
    }
  }
  [[nodiscard]] bool is_at_end() const { return place_ == archive_.size(); }

 private:
  std::string archive_;
  size_t place_ = 0;
};

}  // namespace

std::vector<CpioEntry> read_cpio(const emu::Bytes& archive) {
  std::vector<CpioEntry> entries;
  Reader reader(archive);
  for (;;) {
    const std::string header = reader.take(kHeaderSize);
    if (header.substr(0, 6) != "070701") throw std::runtime_error("wrong magic");
    std::array<uint32_t, kFields> fields{};
    for (size_t i = 0; i < kFields; ++i) {
      fields[i] = static_cast<uint32_t>(std::stoul(header.substr(6 + 8 * i, 8), nullptr, 16));
    }
    const std::string name = reader.take(fields[11]);
    if (name.empty() || name.back() != '\0') throw std::runtime_error("a name does not end with NUL");
    reader.align();
    const std::string content = reader.take(fields[6]);
    reader.align();
    if (name.c_str() == std::string("TRAILER!!!")) break;
    entries.push_back({name.c_str(), content, fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]});
  }
  if (!reader.is_at_end()) throw std::runtime_error("something follows the trailer");
  return entries;
}

const CpioEntry& entry(const std::vector<CpioEntry>& entries, const std::string& name) {
  const CpioEntry* found = nullptr;
  for (const CpioEntry& candidate : entries) {
    if (candidate.name != name) continue;
    if (found != nullptr) throw std::runtime_error("two entries " + name);
    found = &candidate;
  }
  if (found == nullptr) throw std::runtime_error("no entry " + name);
  return *found;
}

std::vector<std::string> names(const std::vector<CpioEntry>& entries) {
  std::vector<std::string> all;
  for (const CpioEntry& each : entries) all.push_back(each.name);
  return all;
}

}  // namespace test
