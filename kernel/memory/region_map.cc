// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/memory/region_map.h"

#include "kernel/memory/object_cache.h"

namespace kernel {

namespace {

constinit ObjectCache<Region> regions;

/// Splits a tree into the regions that start before the key and the others.
void split(Region* tree, uint64_t key, Region*& before, Region*& rest) {
  if (tree == nullptr) {
    before = rest = nullptr;
  } else if (tree->start < key) {
    before = tree;
    split(tree->right, key, before->right, rest);
  } else {
    rest = tree;
    split(tree->left, key, before, rest->left);
  }
}

/// Joins two trees, of which the first lies wholly before the second.
Region* merge(Region* before, Region* after) {
  if (before == nullptr) return after;
  if (after == nullptr) return before;
  if (before->priority > after->priority) {
    before->right = merge(before->right, after);
    return before;
  }
  after->left = merge(before, after->left);
  return after;
}

/// A priority that looks random (splitmix64's finish) but makes every run the same.
uint32_t priority_of(uint64_t start) {
  uint64_t mixed = (start ^ (start >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return static_cast<uint32_t>(mixed >> 32);
}

}  // namespace

Region* RegionMap::first_after(uint64_t offset) const {
  Region* best = nullptr;
  for (Region* region = root_; region != nullptr;) {
    if (region->end > offset) {
      best = region;
      region = region->left;
    } else {
      region = region->right;
    }
  }
  return best;
}

Region* RegionMap::find(uint64_t offset) const {
  Region* region = first_after(offset);
  return region != nullptr && region->start <= offset ? region : nullptr;
}

bool RegionMap::is_free(uint64_t start, uint64_t end) const {
  const Region* region = first_after(start);
  return region == nullptr || region->start >= end;
}

bool RegionMap::is_covered(uint64_t start, uint64_t end) const {
  while (start < end) {
    const Region* region = find(start);
    if (region == nullptr) return false;
    start = region->end;
  }
  return true;
}

void RegionMap::link(Region* region) {
  region->priority = priority_of(region->start);
  region->left = region->right = nullptr;
  Region *before, *rest;
  split(root_, region->start, before, rest);
  root_ = merge(merge(before, region), rest);
}

Region* RegionMap::create(const Region& region) {
  if (account_.charge(sizeof(Region)) != Status::Ok) return nullptr;
  Region* created = regions.create(region);
  if (created == nullptr) account_.refund(sizeof(Region));
  return created;
}

void RegionMap::unlink_and_destroy(Region* region) {
  Region *before, *rest, *single, *after;
  split(root_, region->start, before, rest);
  split(rest, region->start + 1, single, after);
  root_ = merge(before, after);
  regions.destroy(single);
  account_.refund(sizeof(Region));
}

Status RegionMap::cut(uint64_t offset) {
  Region* region = find(offset);
  if (region == nullptr || region->start == offset) return Status::Ok;
  Region* upper = create({offset, region->end, region->protection, region->kind});
  if (upper == nullptr) return Status::OutOfMemory;
  region->end = offset;
  link(upper);
  return Status::Ok;
}

/// Merges the two regions that meet at the offset, if they are alike.
void RegionMap::join(uint64_t offset) {
  if (offset == 0) return;
  Region* before = find(offset - 1);
  Region* after = find(offset);
  if (before == nullptr || after == nullptr || before == after) return;
  if (before->protection != after->protection || before->kind != after->kind) return;
  before->end = after->end;
  unlink_and_destroy(after);
}

Status RegionMap::add(uint64_t start, uint64_t end, uint64_t protection, RegionKind kind) {
  Region* region = create({start, end, protection, kind});
  if (region == nullptr) return Status::OutOfMemory;
  link(region);
  return Status::Ok;
}

void RegionMap::settle(uint64_t start, uint64_t end) {
  for (Region* region = first_after(start); region != nullptr && region->start < end;) {
    const uint64_t next = region->end;
    join(region->start);
    region = first_after(next);
  }
  join(end);
}

Status RegionMap::remove(uint64_t start, uint64_t end) {
  Status status = cut(start);
  if (status == Status::Ok) status = cut(end);
  if (status != Status::Ok) return join(start), status;
  for (Region* region = first_after(start); region != nullptr && region->start < end; region = first_after(start)) {
    unlink_and_destroy(region);
  }
  return Status::Ok;
}

Status RegionMap::protect(uint64_t start, uint64_t end, uint64_t protection) {
  Status status = cut(start);
  if (status == Status::Ok) status = cut(end);
  if (status != Status::Ok) return join(start), status;
  for (Region* region = first_after(start); region != nullptr && region->start < end;
       region = first_after(region->end)) {
    region->protection = protection;
  }
  settle(start, end);
  return Status::Ok;
}

void RegionMap::remove_all() {
  while (root_ != nullptr) unlink_and_destroy(root_);
}

}  // namespace kernel
