// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/commands.h"

namespace hop::personality {
namespace {

constexpr uint32_t kMostStrings = 0x10000;

/// A decimal number that is the whole text.
bool decimal(const char* text, uint32_t& value) {
  value = 0;
  if (*text == 0) return false;
  for (; *text != 0; text++) {
    if (*text < '0' || *text > '9') return false;
    value = value * 10 + static_cast<uint32_t>(*text - '0');
    if (value > kMostStrings) return false;
  }
  return true;
}

}  // namespace

const char* CommandReader::string() {
  const uint64_t start = place_;
  while (place_ < bytes_)
    if (module_[place_++] == 0) return module_ + start;
  return nullptr;
}

bool CommandReader::list(StringList& list) {
  const char* count = string();
  list = {module_ + place_, 0, 0};
  if (count == nullptr || !decimal(count, list.count)) return false;
  for (uint32_t i = 0; i < list.count; i++)
    if (string() == nullptr) return false;
  list.bytes = place_ - static_cast<uint64_t>(list.text - module_);
  return true;
}

bool CommandReader::next(Command& command) {
  if (place_ >= bytes_ || is_damaged_) return false;
  command.directory = string();
  is_damaged_ = command.directory == nullptr || !list(command.arguments) || !list(command.environment) ||
                (command.file = string()) == nullptr;
  return !is_damaged_;
}

}  // namespace hop::personality
