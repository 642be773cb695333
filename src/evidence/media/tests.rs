//! Media read from bytes made here and, where it is found, from files of another program.

use std::process::Command;

use super::*;
use crate::evidence::container::tests::found;

fn boxed(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap();
    [&length.to_be_bytes()[..], kind, content].concat()
}

fn movie(codec: [u8; 4], width: u16, height: u16) -> Vec<u8> {
    let mut header = vec![0; 100];
    header[4..8].copy_from_slice(&3_877_804_800_u32.to_be_bytes());
    header[12..16].copy_from_slice(&600_u32.to_be_bytes());
    header[16..20].copy_from_slice(&1_500_u32.to_be_bytes());
    let mut handler = vec![0; 24];
    handler[8..12].copy_from_slice(b"vide");
    let mut entry = vec![0; 86];
    entry[3] = 86;
    entry[4..8].copy_from_slice(&codec);
    entry[32..34].copy_from_slice(&width.to_be_bytes());
    entry[34..36].copy_from_slice(&height.to_be_bytes());
    let samples = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], entry.as_slice()].concat());
    let table = boxed(b"minf", &boxed(b"stbl", &samples));
    let media = boxed(b"mdia", &[boxed(b"hdlr", &handler), table].concat());
    let index = boxed(b"moov", &[boxed(b"mvhd", &header), boxed(b"trak", &media)].concat());
    [boxed(b"ftyp", b"isom\0\0\0\0isom"), index, boxed(b"mdat", &[1; 64])].concat()
}

fn picture() -> Vec<u8> {
    let exif = exif_with_time();
    let length = u16::try_from(exif.len() + 8).unwrap();
    [
        &[0xff, 0xd8, 0xff, 0xe1][..],
        &length.to_be_bytes(),
        b"Exif\0\0",
        &exif,
        &[0xff, 0xc0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0],
        &[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
        &[1, 2, 0xff, 0, 3, 0xff, 0xd0, 4],
        &[0xff, 0xd9],
    ]
    .concat()
}

fn exif_with_time() -> Vec<u8> {
    let field = |tag, value: &str| ::exif::Field {
        tag,
        ifd_num: ::exif::In::PRIMARY,
        value: ::exif::Value::Ascii(vec![value.as_bytes().to_vec()]),
    };
    let fields = [
        field(::exif::Tag::DateTimeOriginal, "2026:11:23 14:25:00"),
        field(::exif::Tag::OffsetTimeOriginal, "+08:00"),
        field(::exif::Tag::Model, "Synthetic 1"),
    ];
    let mut writer = ::exif::experimental::Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut out = io::Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

fn sound() -> Vec<u8> {
    let format = [
        &1_u16.to_le_bytes()[..],
        &1_u16.to_le_bytes(),
        &8000_u32.to_le_bytes(),
        &16_000_u32.to_le_bytes(),
        &[2, 0, 16, 0],
    ]
    .concat();
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    bytes.extend(format);
    bytes.extend(b"data");
    bytes.extend(32_000_u32.to_le_bytes());
    bytes.extend(vec![0; 32_000]);
    bytes
}

fn facts(bytes: &[u8]) -> MediaFacts {
    inspect(&bytes).unwrap()
}

#[test]
fn a_film_tells_its_lines_duration_coding_and_time() {
    let facts = facts(&movie(*b"avc1", 1080, 1920));
    assert_eq!(facts.format, Format::Mp4);
    assert_eq!(facts.lines(), Some(1080));
    assert_eq!(facts.duration_ms, Some(2500));
    assert_eq!(facts.codec.as_deref(), Some("avc1"));
    assert_eq!(facts.captured.as_deref(), Some("2026-11-18T00:00:00Z"));
    assert!(facts.is_video());
    assert_eq!(facts.defect, None);
}

#[test]
fn a_film_that_is_cut_off_unfinished_or_encrypted_is_named() {
    let whole = movie(*b"avc1", 1920, 1080);
    for cut in 40..whole.len() {
        assert_eq!(facts(&whole[..cut]).defect, Some(Defect::Truncated), "cut at {cut}");
    }
    let unfinished = [boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"mdat", &[1; 64])].concat();
    assert_eq!(facts(&unfinished).defect, Some(Defect::Truncated));
    assert_eq!(facts(&movie(*b"encv", 1920, 1080)).defect, Some(Defect::Encrypted));
}

#[test]
fn a_picture_tells_its_size_time_and_device_and_whether_it_ends() {
    let whole = picture();
    let facts = facts(&whole);
    assert_eq!((facts.width, facts.height), (Some(64), Some(48)));
    assert_eq!(facts.captured.as_deref(), Some("2026-11-23T14:25:00+08:00"));
    assert_eq!(facts.device.as_deref(), Some("Synthetic 1"));
    assert_eq!(facts.defect, None);
    for cut in 4..whole.len() {
        assert_eq!(self::facts(&whole[..cut]).defect, Some(Defect::Truncated), "cut at {cut}");
    }
}

#[test]
fn a_sound_tells_its_duration_and_whether_it_was_cut() {
    let whole = sound();
    assert_eq!(facts(&whole).duration_ms, Some(2000));
    assert_eq!(facts(&whole).defect, None);
    assert_eq!(facts(&whole[..20_000]).defect, Some(Defect::Truncated));
}

/// A Matroska file of one film track; `length` is that of its segment, unknown where none.
fn matroska(finished: bool) -> Vec<u8> {
    let element = |id: &[u8], content: &[u8]| {
        let length = u64::try_from(content.len()).unwrap() | (1 << 56);
        [id, &length.to_be_bytes(), content].concat()
    };
    let mut info = element(&[0x2a, 0xd7, 0xb1], &1_000_000_u32.to_be_bytes());
    if finished {
        info.extend(element(&[0x44, 0x89], &2_500.0_f64.to_be_bytes()));
    }
    info.extend(element(
        &[0x44, 0x61],
        &((1_795_000_000_i64 - 978_307_200) * 1_000_000_000).to_be_bytes(),
    ));
    let size =
        [element(&[0xb0], &1920_u16.to_be_bytes()), element(&[0xba], &1080_u16.to_be_bytes())];
    let track = [
        element(&[0x83], &[1]),
        element(&[0x86], b"V_MPEG4/ISO/AVC"),
        element(&[0xe0], &size.concat()),
    ];
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track.concat()));
    let content = [
        element(&[0x15, 0x49, 0xa9, 0x66], &info),
        tracks,
        element(&[0x1f, 0x43, 0xb6, 0x75], &[0xec, 0x84, 1, 2, 3, 4]),
    ]
    .concat();
    let head = element(&[0x1a, 0x45, 0xdf, 0xa3], b"");
    if finished {
        [head, element(&[0x18, 0x53, 0x80, 0x67], &content)].concat()
    } else {
        let unknown = [0x18, 0x53, 0x80, 0x67, 1, 255, 255, 255, 255, 255, 255, 255];
        [&head[..], &unknown, &content].concat()
    }
}

#[test]
fn a_matroska_film_tells_all_and_whether_it_was_finished() {
    let whole = matroska(true);
    let facts = facts(&whole);
    assert_eq!((facts.format, facts.lines(), facts.defect), (Format::Mkv, Some(1080), None));
    assert_eq!(facts.duration_ms, Some(2500));
    assert_eq!(facts.codec.as_deref(), Some("V_MPEG4/ISO/AVC"));
    assert_eq!(facts.captured.as_deref(), Some("2026-11-18T11:06:40Z"));
    for cut in 12..whole.len() {
        assert_eq!(self::facts(&whole[..cut]).defect, Some(Defect::Truncated), "cut at {cut}");
    }
    assert_eq!(self::facts(&matroska(false)).defect, Some(Defect::Truncated));
}

fn speech() -> Vec<u8> {
    let frame = [&[0x3c_u8][..], &[7; 31]].concat();
    [b"#!AMR\n".as_slice(), &frame.repeat(50)].concat()
}

#[test]
fn speech_tells_its_duration_and_whether_it_was_cut() {
    let whole = speech();
    assert_eq!((facts(&whole).duration_ms, facts(&whole).defect), (Some(1000), None));
    assert_eq!(facts(&whole[..whole.len() - 1]).defect, Some(Defect::Truncated));
}

#[test]
fn a_broadcast_wave_tells_time_and_recorder() {
    let mut chunk = vec![0; 602];
    chunk[256..266].copy_from_slice(b"Recorder-7");
    chunk[320..338].copy_from_slice(b"2026-11-2314:05:09");
    let plain = sound();
    let mut whole = plain[..12].to_vec();
    whole.extend(b"bext");
    whole.extend(602_u32.to_le_bytes());
    whole.extend(chunk);
    whole.extend(&plain[12..]);
    let facts = facts(&whole);
    assert_eq!(facts.captured.as_deref(), Some("2026-11-23T14:05:09"));
    assert_eq!(facts.device.as_deref(), Some("Recorder-7"));
    assert_eq!((facts.duration_ms, facts.defect), (Some(2000), None));
}

#[test]
fn a_locked_document_is_named_and_a_text_is_nothing_known() {
    let open = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    let locked = b"%PDF-1.7\ntrailer<</Encrypt 2 0 R/Root 1 0 R>>\n%%EOF\n";
    assert_eq!(facts(open).defect, None);
    assert_eq!(facts(locked).defect, Some(Defect::Encrypted));
    assert_eq!(facts(&open[..30]).defect, Some(Defect::Truncated));
    assert_eq!(facts("说明".as_bytes()).format, Format::Unknown);
    assert!(Format::Png.is_belied_by("JPG") && !Format::Unknown.is_belied_by("txt"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_bytes_break_the_readers(noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), at in 0_usize..4000, byte: u8, cut in 0_usize..4000, which in 0_usize..5) {
        let _ = facts(&noise);
        let mut bytes =
            [movie(*b"avc1", 9, 9), picture(), sound(), matroska(true), speech()][which].clone();
        let length = bytes.len();
        bytes[at % length] = byte;
        let _ = facts(&bytes);
        bytes.splice(cut % length..cut % length, noise);
        let _ = facts(&bytes);
    }
}

#[test]
fn media_of_another_program_are_read_as_it_made_them() {
    if !found("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, arguments: &[&str]| {
        let path = folder.path().join(name);
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i"])
            .args(arguments)
            .arg(&path)
            .output()
            .unwrap();
        output.status.success().then(|| inspect(&std::fs::File::open(path).unwrap()).unwrap())
    };
    let film = "testsrc=size=1920x1080:rate=5:duration=2";
    let tone = "sine=frequency=440:duration=2:sample_rate=8000";
    for (name, format, arguments) in [
        ("a.mp4", Format::Mp4, &[film, "-c:v", "mpeg4"][..]),
        ("b.mp4", Format::Mp4, &[film, "-c:v", "mpeg4", "-movflags", "faststart"]),
        ("a.mov", Format::Mov, &[film, "-c:v", "mpeg4"]),
        ("a.mkv", Format::Mkv, &[film, "-c:v", "mpeg4"]),
    ] {
        let Some(facts) = make(name, arguments) else { continue };
        assert_eq!((facts.format, facts.lines()), (format, Some(1080)), "{name}");
        assert_eq!((facts.duration_ms, facts.defect), (Some(2000), None), "{name}");
        let codec = facts.codec.as_deref().unwrap_or_default();
        assert!(facts.is_video() && codec.to_lowercase().contains("mp"), "{name}: {facts:?}");
    }
    for (name, format) in [("a.wav", Format::Wav), ("a.mp3", Format::Mp3), ("a.m4a", Format::M4a)] {
        let Some(facts) = make(name, &[tone]) else { continue };
        assert_eq!((facts.format, facts.defect), (format, None), "{name}");
        let duration = facts.duration_ms.unwrap();
        assert!((1950..2250).contains(&duration) && facts.is_audio(), "{name}: {duration}");
    }
    for (name, format) in [("a.jpg", Format::Jpeg), ("a.png", Format::Png)] {
        let Some(facts) = make(name, &[film, "-frames:v", "1"]) else { continue };
        assert_eq!((facts.format, facts.lines()), (format, Some(1080)), "{name}");
        assert_eq!(facts.defect, None, "{name}");
    }
}
