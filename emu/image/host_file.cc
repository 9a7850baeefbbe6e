// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/host_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>

namespace emu {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

Error cannot_read(const std::string& path) {
  return {fmt::format("cannot read {}: {}", path, error_text(errno))};
}

Result<Bytes> read_descriptor(const std::string& path, int descriptor, uint64_t expected) {
  // One byte more than expected, so that a file which has grown shows itself.
  Bytes bytes(expected + 1);
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = read(descriptor, bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  if (filled != expected) {
    return Error{fmt::format("{} changed its size while it was read; try again when nothing writes to it", path)};
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

std::string error_text(int error_number) {
  std::string text = std::strerror(error_number);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

Result<Bytes> read_host_file(const std::string& path, uint64_t expected) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return cannot_read(path);
  return read_descriptor(path, file.number(), expected);
}

Result<Bytes> read_host_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.number() < 0 || fstat(file.number(), &status) != 0) return cannot_read(path);
  if (!S_ISREG(status.st_mode)) return Error{fmt::format("cannot read {}: it is no regular file", path)};
  return read_descriptor(path, file.number(), static_cast<uint64_t>(status.st_size));
}

}  // namespace emu
