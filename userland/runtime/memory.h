// SPDX-License-Identifier: GPL-2.0-or-later
// memcpy and its kin, as in <string.h>.
#pragma once
#include <cstddef>

extern "C" {
void* memcpy(void* to, const void* from, size_t bytes);
void* memmove(void* to, const void* from, size_t bytes);
void* memset(void* to, int value, size_t bytes);
int memcmp(const void* left, const void* right, size_t bytes);
size_t strlen(const char* text);
int strcmp(const char* left, const char* right);
}
