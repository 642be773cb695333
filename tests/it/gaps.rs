//! The recordings of a visit held against its statement: what the statement records as dark is
//! no gap, what it does not record is one.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::office::{Desk, text};

/// Audio of `seconds` from `time` on, with the chunk in which recorders tell when they began.
fn audio(day: &str, time: &str, seconds: usize) -> Vec<u8> {
    const RATE: usize = 100;
    let mut told = vec![0; 602];
    told[320..330].copy_from_slice(day.as_bytes());
    told[330..338].copy_from_slice(time.as_bytes());
    let mut format = vec![1, 0, 1, 0];
    format.extend(100_u32.to_le_bytes());
    format.extend(100_u32.to_le_bytes());
    format.extend([1, 0, 8, 0]);
    let mut chunks = b"WAVE".to_vec();
    for (name, content) in
        [(b"bext", told), (b"fmt ", format), (b"data", vec![128; RATE * seconds])]
    {
        chunks.extend(name);
        chunks.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        chunks.extend(content);
    }
    let length = u32::try_from(chunks.len()).unwrap().to_le_bytes();
    [&b"RIFF"[..], &length, &chunks].concat()
}

/// The sample's film with another beginning and length in its header.
fn film(desk: &Desk, day: &str, time: &str, seconds: u32) -> Vec<u8> {
    let mut bytes = fs::read(desk.office().join("samples/visit/video/visit_video.mp4")).unwrap();
    let began = chrono::DateTime::parse_from_rfc3339(&format!("{day}T{time}+08:00")).unwrap();
    // Seconds since 1904 of a movie header, then its scale and length.
    let since = u32::try_from(began.timestamp() + 2_082_844_800).unwrap();
    let at = bytes.windows(4).position(|kind| kind == b"mvhd").unwrap() + 8;
    bytes[at..at + 4].copy_from_slice(&since.to_be_bytes());
    bytes[at + 8..at + 12].copy_from_slice(&1_u32.to_be_bytes());
    bytes[at + 12..at + 16].copy_from_slice(&seconds.to_be_bytes());
    bytes
}

/// Number of a statement with these changes; it visits from 14:05 to 14:40.
fn statement(desk: &Desk, changes: Value) -> (String, String) {
    let file = desk.request_with("visit-not-agreed-06", changes);
    let row: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let day = row["visit_date"].as_str().unwrap().to_owned();
    let line = desk.issue_by("agent-a", &file).ends(0).json_lines()[0].clone();
    (line["number"].as_str().unwrap().to_owned(), day)
}

fn folder(desk: &Desk, name: &str, day: &str, films: &[(&str, u32)]) -> std::path::PathBuf {
    let folder = desk.beside(name);
    for kind in ["audio", "video"] {
        fs::create_dir_all(folder.join(kind)).unwrap();
    }
    fs::write(folder.join("audio/AUD-0006.wav"), audio(day, "14:05:00", 35 * 60)).unwrap();
    for (at, (time, seconds)) in films.iter().enumerate() {
        let path = folder.join(format!("video/VID-0006-{at}.mp4"));
        fs::write(path, film(desk, day, time, *seconds)).unwrap();
    }
    folder
}

fn sealed(desk: &Desk, folder: &Path, number: &str) -> (bool, Vec<String>) {
    let line = ["evidence", "seal", text(folder), "--visit", number];
    let said = desk.by_json("archivist", &line).ends(0).json();
    let told = said["notes"].as_array().unwrap().iter();
    // Every folder here is sealed more than once on purpose.
    let told = told.map(|note| note["code"].as_str().unwrap().to_owned());
    (said["complete"].as_bool().unwrap(), told.filter(|code| code != "CH-E117").collect())
}

#[test]
fn a_recorded_gap_of_the_film_is_no_gap_and_one_that_is_not_recorded_is_told() {
    let desk = Desk::fresh();
    let (there_and_back, day) = statement(
        &desk,
        json!({ "request_id": "gap-1", "video_off_at": "14:12", "video_resumed_at": "14:20" }),
    );
    let (to_the_end, _) =
        statement(&desk, json!({ "request_id": "gap-2", "video_off_at": "14:12" }));
    let (elsewhere, _) = statement(
        &desk,
        json!({ "request_id": "gap-3", "video_off_at": "14:30", "video_resumed_at": "14:35" }),
    );
    let (never, _) = statement(
        &desk,
        json!({ "request_id": "gap-4", "video_off_at": null, "video_off_reason": null }),
    );
    let both = folder(&desk, "both", &day, &[("14:05:00", 420), ("14:20:00", 1200)]);
    assert_eq!(sealed(&desk, &both, &there_and_back), (true, vec![]));
    assert_eq!(sealed(&desk, &both, &elsewhere).1, ["CH-E130", "CH-E102"]);
    assert_eq!(sealed(&desk, &both, &never), (false, vec!["CH-E102".to_owned()]));
    let first = folder(&desk, "first", &day, &[("14:05:00", 420)]);
    assert_eq!(sealed(&desk, &first, &to_the_end), (true, vec![]));
    assert_eq!(sealed(&desk, &first, &there_and_back).1, ["CH-E102"]);
    // Filmed on though it was said to be off.
    assert_eq!(sealed(&desk, &both, &to_the_end).1, ["CH-E130"]);
}

#[test]
fn a_gap_of_the_audio_is_never_excused_and_recordings_of_other_hours_do_not_meet() {
    let desk = Desk::fresh();
    let (number, day) = statement(&desk, json!({ "video_off_at": "14:12" }));
    let films = folder(&desk, "films", &day, &[("14:05:00", 420)]);
    fs::write(films.join("audio/AUD-0006.wav"), audio(&day, "14:05:00", 420)).unwrap();
    assert_eq!(sealed(&desk, &films, &number).1, ["CH-E102"]);
    fs::write(films.join("audio/AUD-0006.wav"), audio(&day, "17:05:00", 2100)).unwrap();
    assert_eq!(sealed(&desk, &films, &number).1, ["CH-E100", "CH-E101", "CH-E102"]);
    fs::write(films.join("audio/AUD-0006.wav"), audio(&day, "14:05:00", 2100)).unwrap();
    assert_eq!(sealed(&desk, &films, &number), (true, vec![]));
}

#[test]
fn what_lies_before_its_own_capture_or_has_no_tracks_is_told_as_such() {
    let desk = Desk::fresh();
    let ahead = desk.beside("ahead");
    fs::create_dir(&ahead).unwrap();
    fs::write(ahead.join("film.mp4"), film(&desk, "2038-11-23", "14:05:00", 60)).unwrap();
    let line = ["evidence", "seal", text(&ahead), "--case", "C-1", "--kind", "video"];
    let said = desk.by_json("archivist", &line).ends(0).json();
    let codes: Vec<&str> =
        said["notes"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect();
    assert_eq!((codes.as_slice(), &said["complete"]), (&["CH-E134"][..], &false.into()));
    let cut = desk.beside("cut");
    fs::create_dir(&cut).unwrap();
    let whole = film(&desk, "2026-11-23", "14:05:00", 60);
    fs::write(cut.join("film.mp4"), &whole[..40]).unwrap();
    let line = ["evidence", "seal", text(&cut), "--case", "C-1", "--kind", "video"];
    desk.by("archivist", &line).tells_only(1, &["CH-E039"]);
}

#[test]
fn the_times_of_the_gap_are_kept_and_the_statement_is_made_again_to_the_same_bytes() {
    let desk = Desk::fresh();
    let (number, _) = statement(&desk, json!({ "video_resumed_at": "14:20" }));
    let out = desk.beside("again.pdf");
    desk.by("auditor", &["letter", "reproduce", &number, "--out", text(&out)]).ends(0);
    let issued = fs::read(desk.beside("out").join(format!("{number}.pdf"))).unwrap();
    assert_eq!(fs::read(&out).unwrap(), issued);
}
