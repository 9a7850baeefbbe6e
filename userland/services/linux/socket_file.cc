// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/socket_file.h"

#include "isa-ext/abi/address.h"
#include "userland/services/linux/caller_memory.h"
#include "userland/services/linux/services.h"
#include "userland/services/linux/text.h"

namespace hop::personality {
namespace {

void close_end(PipeEnd*& end) {
  if (end != nullptr) end->release();
  end = nullptr;
}

}  // namespace

SocketEnd::~SocketEnd() {
  shut_reading();
  shut_writing();
}

void SocketEnd::shut_reading() {
  close_end(incoming_);
}
void SocketEnd::shut_writing() {
  close_end(outgoing_);
}

int64_t SocketEnd::read(uint64_t address, uint64_t bytes, uint64_t offset) {
  if (incoming_ == nullptr) return 0;
  incoming_->set_flags(kReadOnly | (flags() & kNonBlocking));
  return incoming_->read(address, bytes, offset);
}

int64_t SocketEnd::write(uint64_t address, uint64_t bytes, uint64_t offset) {
  if (outgoing_ == nullptr) return kEpipe;
  outgoing_->set_flags(kWriteOnly | (flags() & kNonBlocking));
  return outgoing_->write(address, bytes, offset);
}

int64_t SocketEnd::status(uint64_t address) {
  files::FileStatus status = {};
  status.device = 8;
  status.inode = 1;
  status.links = 1;
  status.mode = kModeSocket | 0777u;
  status.block_size = static_cast<int64_t>(asx::kPageSize);
  return write_out(address, status) ? 0 : kEfault;
}

int16_t SocketEnd::readiness() {
  const int32_t in = incoming_ == nullptr ? int16_t{kPollIn} : incoming_->readiness();
  const int32_t out = outgoing_ == nullptr ? int16_t{kPollOut} : outgoing_->readiness();
  int32_t events = (in & kPollIn) | (out & kPollOut);
  if ((in & kPollHangUp) != 0) events |= kPollIn;  // the end of what comes can be read
  if ((out & kPollError) != 0) events |= kPollOut;
  if ((in & kPollHangUp) != 0 && (out & kPollError) != 0) events |= kPollHangUp;
  return static_cast<int16_t>(events);
}

int64_t SocketEnd::readable_bytes() {
  return incoming_ == nullptr ? 0 : incoming_->readable_bytes();
}

uint64_t SocketEnd::describe(char* text, uint64_t capacity) {
  TextWriter writer(text, capacity);
  writer.text("socket:[1]");
  return writer.length();
}

}  // namespace hop::personality
