"""The shipped fonts for tools that read no WOFF."""

import struct
import zlib

HEADER, ENTRY, RECORD = 44, 20, 16
"""Bytes of a WOFF's header, of an entry of its directory, and of an entry of a TrueType file's directory."""


def truetype(woff: bytes) -> bytes:
    """A WOFF as the TrueType font it was packed from. Source: W3C, WOFF File Format 1.0, sections 3 to 5."""
    count = int.from_bytes(woff[12:14], "big")
    directory, tables = b"", b""
    for number in range(count):
        tag, start, packed, length, checksum = struct.unpack_from(">4s4I", woff, HEADER + ENTRY * number)
        table = woff[start : start + packed]
        directory += struct.pack(">4s3I", tag, checksum, 12 + RECORD * count + len(tables), length)
        tables += (zlib.decompress(table) if packed < length else table) + bytes(-length % 4)
    return woff[4:8] + struct.pack(">4H", count, 0, 0, 0) + directory + tables
