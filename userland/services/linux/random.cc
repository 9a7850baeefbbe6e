// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/random.h"

#include "userland/services/linux/abi/errno.h"
#include "userland/services/linux/caller_memory.h"

namespace hop::personality {

Random& machine_random() {
  static Random random;
  return random;
}

int64_t random_out(uint64_t pointer, uint64_t bytes) {
  uint64_t words[64];
  for (uint64_t done = 0; done < bytes;) {
    const uint64_t step = bytes - done < sizeof(words) ? bytes - done : sizeof(words);
    for (uint64_t i = 0; i * 8 < step; i++) words[i] = machine_random().next();
    if (!copy_out(pointer + done, words, step)) return kEfault;
    done += step;
  }
  return static_cast<int64_t>(bytes);
}

}  // namespace hop::personality
