#pragma once

#include <cstdint>
#include <string_view>

namespace bench {

/// CRC-32C (Castagnoli), as in iSCSI and ext4: crc32c("123456789") is 0xE3069283.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace bench
