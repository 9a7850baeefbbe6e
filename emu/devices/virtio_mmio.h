// SPDX-License-Identifier: GPL-2.0-or-later
// A virtio device on a page of the bus (virtio 1.2, 4.2): registers, negotiation, queues. What kind of device it is
// says its VirtioFunction. A driver that breaks the rules gets DEVICE_NEEDS_RESET, and the user one line.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "emu/devices/virtqueue.h"
#include "emu/platform/bus.h"

namespace emu {

/// The part that differs between a disk and a share.
class VirtioFunction {
 public:
  virtual ~VirtioFunction() = default;
  [[nodiscard]] virtual uint32_t device_id() const = 0;  ///< section 5
  [[nodiscard]] virtual uint64_t features() const = 0;   ///< of this kind of device; the transport adds its own
  [[nodiscard]] virtual uint32_t queues() const = 0;
  [[nodiscard]] virtual uint8_t configuration(uint32_t offset) const = 0;  ///< 0 beyond its end
  virtual void reset() = 0;
  /// Serves a request and tells how many bytes of the writable part it filled; fails where no answer is possible.
  [[nodiscard]] virtual Result<uint32_t> serve(uint32_t queue, const VirtioChain& chain) = 0;
};

class VirtioMmio final : public Device {
 public:
  struct Place {
    uint64_t base;       ///< physical address of its page
    uint32_t interrupt;  ///< its line
  };
  /// Says one line to the user.
  using Say = std::function<void(const std::string&)>;

  /// Memory and function must outlive it.
  VirtioMmio(Bus& bus, Place place, const GuestMemory& memory, VirtioFunction& function, Say say);

  [[nodiscard]] uint32_t read(DeviceAccess access) override;
  void write(DeviceAccess access, uint32_t value) override;

 private:
  struct Queue {
    Virtqueue ring;
    Virtqueue::Layout layout;
  };

  [[nodiscard]] uint64_t offered() const { return function_.features() | asx::virtio::kFeatureVersion1; }
  [[nodiscard]] Queue* selected() { return queue_select_ < queues_.size() ? &queues_[queue_select_] : nullptr; }
  void write_driver_features(uint32_t value);
  void write_status(uint32_t value);
  void write_queue(uint32_t offset, uint32_t value);
  void set_ready(Queue& queue, bool ready);
  void notify(uint32_t number);
  [[nodiscard]] MaybeError serve(uint32_t number);
  void reset();
  void need_reset(const std::string& reason);
  void raise(uint32_t interrupt);

  Bus& bus_;
  const Place place_;
  const GuestMemory& memory_;
  VirtioFunction& function_;
  const Say say_;
  std::vector<Queue> queues_;
  uint64_t accepted_ = 0;
  uint32_t status_ = 0;
  uint32_t interrupts_ = 0;
  uint32_t device_features_select_ = 0;
  uint32_t driver_features_select_ = 0;
  uint32_t queue_select_ = 0;
  bool accepted_unknown_ = false;
  bool has_said_ = false;
};

}  // namespace emu
