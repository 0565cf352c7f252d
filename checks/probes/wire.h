/*
 * Numbers as they stand in packets.
 *
 * SPDX-License-Identifier: MIT
 */

#ifndef CHECKS_PROBES_WIRE_H
#define CHECKS_PROBES_WIRE_H

#include <stdint.h>

/* Big-endian, as the Internet has them. */
static inline uint16_t
wire_be16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}


static inline uint32_t
wire_be32(const uint8_t *bytes)
{
    return (uint32_t)wire_be16(bytes) << 16 | wire_be16(bytes + 2);
}


static inline void
wire_put_be16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}


static inline void
wire_put_be32(uint8_t *bytes, uint32_t value)
{
    wire_put_be16(bytes, (uint16_t)(value >> 16));
    wire_put_be16(bytes + 2, (uint16_t)value);
}


/* Little-endian, as Microsoft's protocols have them. */
static inline uint16_t
wire_le16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[1] << 8 | bytes[0]);
}


static inline uint32_t
wire_le32(const uint8_t *bytes)
{
    return (uint32_t)wire_le16(bytes + 2) << 16 | wire_le16(bytes);
}


static inline uint64_t
wire_le64(const uint8_t *bytes)
{
    return (uint64_t)wire_le32(bytes + 4) << 32 | wire_le32(bytes);
}


static inline void
wire_put_le16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}


static inline void
wire_put_le64(uint8_t *bytes, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

#endif
