// SPDX-License-Identifier: GPL-2.0-or-later
// eventfd(2): a counter that is read, written and waited for like a file.
#pragma once
#include "userland/services/linux/open_file.h"
#include "userland/services/linux/waiting.h"

namespace hop::personality {

class EventFile : public OpenFile {
 public:
  EventFile(uint32_t flags, uint64_t count, bool is_semaphore)
      : OpenFile(flags), count_(count), is_semaphore_(is_semaphore) {}
  int64_t read(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t write(uint64_t address, uint64_t bytes, uint64_t offset) override;
  int64_t status(uint64_t address) override;
  [[nodiscard]] int16_t readiness() override;
  uint64_t describe(char* text, uint64_t capacity) override;

 private:
  void changed();

  static constexpr uint64_t kMost = ~uint64_t{0} - 1;
  uint64_t count_;
  bool is_semaphore_;
  WaitQueue waiters_;
};

}  // namespace hop::personality
