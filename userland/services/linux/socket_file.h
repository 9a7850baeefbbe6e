// SPDX-License-Identifier: GPL-2.0-or-later
// Pairs of connected sockets: two pipes, one each way. There are no others.
#pragma once
#include "userland/services/linux/pipe_file.h"

namespace hop::personality {

class SocketEnd : public OpenFile {
 public:
  /// Takes both pipe ends over: one to read, one to write.
  SocketEnd(uint32_t flags, PipeEnd* incoming, PipeEnd* outgoing)
      : OpenFile(flags), incoming_(incoming), outgoing_(outgoing) {}
  ~SocketEnd() override;
  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t write(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t status(uint64_t address) override;
  [[nodiscard]] int16_t readiness() override;
  int64_t readable_bytes() override;
  uint64_t describe(char* text, uint64_t capacity) override;
  [[nodiscard]] SocketEnd* as_socket() override { return this; }
  /// No more is read, or written, by whoever has this end (shutdown(2)).
  void shut_reading();
  void shut_writing();

 private:
  PipeEnd *incoming_, *outgoing_;  ///< null: shut
};

}  // namespace hop::personality
