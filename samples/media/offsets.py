"""Write README.md: where the times stand in the sample media, by byte."""

import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent


def boxes(data, start, end, path=()):
    """Every box of an ISO media file, containers opened: (path, offset of payload, size of payload)."""
    at = start
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        kind = kind.decode("latin-1")
        yield (*path, kind), at + 8, size - 8
        if kind in ("moov", "trak", "mdia"):
            yield from boxes(data, at + 8, at + size, (*path, kind))
        at += size


def mp4_times(data):
    """Offset of each creation and modification time, four bytes each (version 0 boxes)."""
    for path, at, _ in boxes(data, 0, len(data)):
        if path[-1] in ("mvhd", "tkhd", "mdhd"):
            assert data[at] == 0, "version 0 box"
            yield "/".join(path) + " creation_time", at + 4, 4
            yield "/".join(path) + " modification_time", at + 8, 4


def wav_times(data):
    """Offset of the date and time of the `bext` chunk."""
    at = data.index(b"bext") + 8
    yield "bext OriginationDate", at + 256 + 32 + 32, 10
    yield "bext OriginationTime", at + 256 + 32 + 32 + 10, 8


def exif_times(data):
    """Offset of each text `YYYY:MM:DD HH:MM:SS`, by tag."""
    tiff = data.index(b"Exif\0\0") + 6
    names = {0x0132: "ModifyDate", 0x9003: "DateTimeOriginal", 0x9004: "CreateDate"}
    todo = [struct.unpack(">I", data[tiff + 4 : tiff + 8])[0]]
    while todo:
        at = tiff + todo.pop()
        (count,) = struct.unpack(">H", data[at : at + 2])
        for i in range(count):
            tag, kind, number, value = struct.unpack(">HHII", data[at + 2 + 12 * i : at + 14 + 12 * i])
            if tag == 0x8769:
                todo.append(value)
            elif tag in names:
                yield f"EXIF {names[tag]}", tiff + value, 19


READERS = {".mp4": mp4_times, ".wav": wav_times, ".jpg": exif_times}


def main():
    print("""# Sample media

Made once by `build.sh`; digests in `SHA256SUMS`. A test pattern of 1920 × 1080, a tone of 8 kHz and three drawn
door plates, all of one visit on 2026-01-05 from 14:05 (+08:00). No person, voice, place or position is in them.

`init --sample` patches the times below in place, so that the visit was yesterday; no length changes.

| file | what | offset | bytes | as made |
|-|-|-|-|-|""")
    for file in sorted(HERE.iterdir()):
        reader = READERS.get(file.suffix)
        if not reader:
            continue
        data = file.read_bytes()
        for what, at, size in reader(data):
            raw = data[at : at + size]
            shown = str(struct.unpack(">I", raw)[0]) if file.suffix == ".mp4" else f"`{raw.decode()}`"
            print(f"| `{file.name}` | {what} | {at} | {size} | {shown} |")
    print("""
- MP4: unsigned 32 bits, big-endian, seconds since 1904-01-01T00:00:00Z (Unix time + 2,082,844,800).
- WAV: `YYYY-MM-DD` and `HH:MM:SS`, local time of the office. JPEG: `YYYY:MM:DD HH:MM:SS`, local time, with
  `OffsetTimeOriginal` and `OffsetTime` `+08:00` beside it: they stay, as the sample office is in that zone.
- Audio runs 14:05:09–14:05:15, video 14:05:10–14:05:14: shift all by the same whole number of days and they
  keep their overlap.""")


main()
