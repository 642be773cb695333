#!/bin/sh
# Makes the sample recordings and photos of this folder. Nobody and no place is in them: a test pattern, a tone,
# drawn door plates. All bear 样张.
#
#   samples/media/build.sh
#
# Needs ffmpeg with libx264 and drawtext, exiftool and python3; the font is this project's own. The files are
# kept as made once: another release of ffmpeg may give other bytes. `offsets.py` writes README.md, which says
# where their times stand, since `init --sample` sets them to the day before.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
font=$here/../../fonts/NotoSerifSC-Regular.ttf
cd "$here"
exact="-hide_banner -loglevel error -nostdin -y -threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"

# Video: 1920 × 1080, 4 s, from 14:05:10 of the visit's day. The bar moves, so that a frozen picture would show.
# shellcheck disable=SC2086
ffmpeg $exact -f lavfi -i "color=c=0x2a3440:s=1920x1080:r=5:d=4" -f lavfi -i "color=c=0x7f8c99:s=240x24:r=5:d=4" \
  -filter_complex "\
[0][1]overlay=x='80+t*340':y=860:eval=frame,\
drawtext=fontfile=$font:text='样张':fontsize=260:fontcolor=0xe6eaee:x=(w-tw)/2:y=330,\
drawtext=fontfile=$font:text='外访录像　第一机位':fontsize=64:fontcolor=0xb8c2cc:x=(w-tw)/2:y=660" \
  -c:v libx264 -preset veryslow -tune stillimage -crf 34 -g 60 -pix_fmt yuv420p \
  -metadata creation_time=2026-01-05T06:05:10Z -metadata:s:v:0 creation_time=2026-01-05T06:05:10Z \
  -movflags +faststart visit_video.mp4

# Audio: 8 kHz mono, 6 s, from 14:05:09: it begins before the video and ends after it.
# shellcheck disable=SC2086
ffmpeg $exact -f lavfi -i "sine=frequency=440:sample_rate=8000:duration=6" -af "volume=0.2" \
  -c:a pcm_u8 -write_bext 1 -metadata origination_date=2026-01-05 -metadata origination_time=14:05:09 \
  -metadata originator=chancery -metadata description="sample tone, no speech" visit_audio.wav

plate() { # file, first line, second line, seconds after 14:06
  # shellcheck disable=SC2086
  ffmpeg $exact -f lavfi -i "color=c=0xd9d4c8:s=1280x960:d=1" -frames:v 1 -vf "\
drawbox=x=240:y=280:w=800:h=360:color=0x1f4f7a:t=fill,drawbox=x=256:y=296:w=768:h=328:color=white:t=6,\
drawtext=fontfile=$font:text='$2':fontsize=84:fontcolor=white:x=(w-tw)/2:y=340,\
drawtext=fontfile=$font:text='$3':fontsize=150:fontcolor=white:x=(w-tw)/2:y=450,\
drawtext=fontfile=$font:text='样张':fontsize=64:fontcolor=0x8a8478:x=1100:y=860,scale=800:-1" \
    -q:v 14 -pix_fmt yuvj420p "$1"
  exiftool -q -overwrite_original -ExifByteOrder=MM \
    -Make="Chancery Sample" -Model="Field Camera 1" -Software="samples/media" -BodySerialNumber="SAMPLE-0001" \
    -DateTimeOriginal="2026:01:05 14:06:$4" -CreateDate="2026:01:05 14:06:$4" -ModifyDate="2026:01:05 14:06:$4" \
    -OffsetTimeOriginal="+08:00" -OffsetTime="+08:00" "$1"
}
plate door_plate_1.jpg 示例路 128弄 05
plate door_plate_2.jpg 示例路128弄 6号 20
plate door_plate_3.jpg 6号楼 1203 45

python3 offsets.py > README.md
sha256sum visit_video.mp4 visit_audio.wav door_plate_?.jpg > SHA256SUMS
