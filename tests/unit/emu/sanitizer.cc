// SPDX-License-Identifier: GPL-2.0-or-later
// Unicorn keeps a little memory for good with each engine that is opened; what the tests look for are leaks of ours.

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libunicorn";
}
