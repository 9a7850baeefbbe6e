// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/devices/host_stream.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace emu {
namespace {

constexpr size_t kInputChunk = 64 * 1024;

}  // namespace

void HostInput::poll() {
  if (ended_ || !empty()) return;
  pollfd waiting{descriptor_, POLLIN, 0};
  if (::poll(&waiting, 1, 0) <= 0 || waiting.revents == 0) return;
  buffer_.resize(kInputChunk);
  next_ = 0;
  const ssize_t got = read(descriptor_, buffer_.data(), buffer_.size());
  buffer_.resize(got > 0 ? static_cast<size_t>(got) : 0);
  const bool is_transient = got < 0 && (errno == EINTR || errno == EAGAIN);
  ended_ = got <= 0 && !is_transient;
}

void HostOutput::flush() {
  size_t done = 0;
  while (done < buffer_.size() && failed_ == 0) {
    const ssize_t put = write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (put >= 0) {
      done += static_cast<size_t>(put);
    } else if (errno == EAGAIN) {
      pollfd waiting{descriptor_, POLLOUT, 0};
      ::poll(&waiting, 1, 100);
    } else if (errno != EINTR) {
      failed_ = errno;
    }
  }
  buffer_.clear();
}

}  // namespace emu
