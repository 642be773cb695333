//! Sheets of photographs and scans, and the stamp on copies of documents.
//!
//! The words are laid out and proved as a letter's are; a JPEG goes into its frame as the very bytes
//! of its file, a PNG with every value of its pixels, none of them scaled. A stamp is an incremental
//! update: the stamped copy begins with all bytes of the original. Refuses pictures that are cut
//! off, and documents that are encrypted. Source: DOCUMENTS 28; docs/decisions/0018.

mod picture;
mod png;
mod stamp;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use chrono::{FixedOffset, NaiveDate};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::json;

use self::picture::Picture;
pub use self::stamp::stamp;
use crate::{
    digest::Digest,
    durable::{self, DurableError},
    evidence::Words,
    letter::page::Mark,
    masking::{Masking, mask_text},
    problem::{Report, alone as report},
    typeset::{Assets, FontSet, Limits, Meant, Occurrence, PdfIdentity, Press},
};

/// Largest PDF that is stamped, and largest picture, in bytes.
pub const LARGEST: u64 = 256 << 20;
/// Pictures of one part, and their bytes together, so that memory stays flat.
const PART: (usize, u64) = (16, 48 << 20);
const PER_PAGE: usize = 2;
/// Most files that are looked at, and deepest folder.
const MOST: (usize, usize) = (20_000, 8);
/// A frame, in points from the lower left of the page, as `sheet.typ` has it: left, width, height.
const FRAME: (f32, f32, f32) = (79.37, 442.2, 277.8);
/// Distance of the frames' tops from the page's upper edge, and of one from the next.
const TOPS: (f32, f32) = (79.37, 368.5);
const PAGE_HEIGHT: f32 = 841.89;
const TITLE: &str = "证据照片页";

crate::problems! {
    /// Why there is no sheet, or no stamped copy.
    pub enum SheetError {
        /// Nothing to place.
        NoPictures = "CH-E120", Input,
            "the folder holds no JPEG or PNG picture" => "name the folder of the photographs",
            "文件夹中没有 JPEG 或 PNG 图片" => "请指定存放照片的文件夹";
        /// A picture cannot be used.
        Unusable { name: String, what: Words } = "CH-E121", Finding,
            "the picture `{name}` cannot be placed: {what}" => "copy it from the device again, or leave it out",
            "图片 `{name}` 无法放置：{what:#}" => "请从设备重新拷贝，或不予放置";
        /// A picture in a format that a PDF cannot hold.
        NotShown { name: String } = "CH-E133", Finding,
            "the picture `{name}` is HEIC, which a PDF cannot hold: it is not on the sheet" => "seal it as it is; it is kept whole, and whoever reads the sheet is to be told of it",
            "图片 `{name}` 为 HEIC 格式，PDF 无法容纳，未列入照片页" => "请照常封存，原件完整保存；并告知照片页的读者";
        /// Too many files, or folders too deep.
        TooMany { files: usize, levels: usize } = "CH-E213", Input,
            "the folder holds more than {files} files and folders, or folders more than {levels} deep" => "make a sheet of each part of it",
            "文件夹中的文件与文件夹超过 {files} 个，或层数超过 {levels}" => "请分批制作照片页";
        /// A file failed.
        File { source: DurableError } = "CH-E122", Fault,
            "a picture cannot be read: {source}" => "check that it exists and that you may read it",
            "无法读取图片：{source}" => "请检查其是否存在以及读取权限";
        /// It is a copy already.
        Copied = "CH-E212", Refusal,
            "the PDF is a stamped copy itself" => "stamp a copy of the original, whose bytes the archive keeps",
            "该 PDF 本身即为已盖章的副本" => "请对档案所存原件加盖副本章";
        /// The PDF could not be put together.
        Pdf { what: String } = "CH-E123", Input,
            "the PDF cannot be worked on: {what}" => "give a whole PDF that is not encrypted",
            "无法处理该 PDF：{what}" => "请提供完整且未加密的 PDF";
    }
}

type Reports<T> = Result<T, Vec<Report>>;

/// When and for which case a sheet is made.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// Case number, if it is to be printed.
    pub case: Option<String>,
    /// Day of making.
    pub day: NaiveDate,
    /// Zone of the office.
    pub zone: FixedOffset,
    /// Whether the office is a sample, and its sheets are marked so.
    pub sample: bool,
}

/// A picture that was found, with the digest of the bytes whose rows were proved, of a PNG.
#[derive(Debug)]
struct Found {
    path: PathBuf,
    proved: Option<Digest>,
}

/// The pictures of a folder and what is to be told of those left out.
#[derive(Debug)]
pub struct Pictures {
    parts: Vec<Vec<Found>>,
    root: PathBuf,
    /// Why files were left out.
    pub left_out: Vec<Report>,
}

impl Pictures {
    /// Finds the JPEG and PNG pictures below `folder`, in the order of their names.
    ///
    /// # Errors
    /// [`SheetError::NoPictures`], [`SheetError::TooMany`], [`SheetError::File`].
    pub fn of_folder(folder: &Path) -> Reports<Self> {
        Self::of_folder_within(folder, MOST)
    }

    fn of_folder_within(folder: &Path, (files, levels): (usize, usize)) -> Reports<Self> {
        let mut found = BTreeSet::new();
        let mut met = 0_usize;
        let mut open = vec![(folder.to_owned(), 0_usize)];
        while let Some((next, depth)) = open.pop() {
            let fault = |error| report(SheetError::File { source: durable::at(&next)(error) });
            if depth > levels {
                return Err(report(SheetError::TooMany { files, levels }));
            }
            for entry in std::fs::read_dir(&next).map_err(fault)? {
                let entry = entry.map_err(fault)?;
                met = met.saturating_add(1);
                if met > files {
                    return Err(report(SheetError::TooMany { files, levels }));
                }
                let kind = entry.file_type().map_err(fault)?;
                if kind.is_dir() {
                    open.push((entry.path(), depth.saturating_add(1)));
                } else if kind.is_file() {
                    found.insert(entry.path());
                }
            }
        }
        let mut pictures =
            Self { parts: Vec::new(), root: folder.to_owned(), left_out: Vec::new() };
        let mut bytes = 0_u64;
        for path in found {
            match Picture::is_one(&path, folder) {
                Ok(None) => {}
                Ok(Some((size, proved))) => {
                    let full = |part: &Vec<Found>| {
                        part.len() >= PART.0 || bytes.saturating_add(size) > PART.1
                    };
                    if pictures.parts.last().is_none_or(full) {
                        pictures.parts.push(Vec::new());
                        bytes = 0;
                    }
                    bytes = bytes.saturating_add(size);
                    if let Some(part) = pictures.parts.last_mut() {
                        part.push(Found { path, proved });
                    }
                }
                Err(error) => pictures.left_out.push(Report::of(&error)),
            }
        }
        if pictures.parts.is_empty() && pictures.left_out.is_empty() {
            return Err(report(SheetError::NoPictures));
        }
        Ok(pictures)
    }

    /// How many parts the sheet has.
    #[must_use]
    pub const fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Part `number`, from 0, as a PDF, and how many pictures are in it.
    ///
    /// # Errors
    /// What is wrong with a picture, and all that refuses a page.
    pub fn part(
        &self,
        number: usize,
        occasion: &Occasion,
        fonts: &FontSet,
    ) -> Reports<(Vec<u8>, usize)> {
        let before: usize = self.parts.iter().take(number).map(Vec::len).sum();
        let found = self.parts.get(number).map(Vec::as_slice).unwrap_or_default();
        let read = |one: &Found| Picture::read(one, &self.root).map_err(report);
        let pictures = found.iter().map(read).collect::<Reports<Vec<Picture>>>()?;
        let captions = pictures.iter().enumerate().map(|(at, picture)| {
            let lines = picture.caption(before.saturating_add(at).saturating_add(1));
            lines.iter().map(|line| drawable(line, fonts)).collect::<Vec<_>>()
        });
        let captions: Vec<Vec<String>> = captions.collect();
        let about = occasion.case.as_ref().map_or_else(String::new, |case| format!("案号 {case}"));
        let about = mask_text(&about, &Masking::default()).text;
        let pages: Vec<&[Vec<String>]> = captions.chunks(PER_PAGE).collect();
        let mark = if occasion.sample { Mark::Sample.words() } else { "" };
        let data = json!({ "title": TITLE, "about": about, "mark": mark, "pages": pages });
        let mut meant = Vec::new();
        for page in &pages {
            meant.push(Meant::once("title", TITLE));
            if !about.is_empty() {
                meant.push(Meant::once("about", about.clone()));
            }
            for line in page.iter().flatten() {
                meant.push(Meant::once("caption", line.clone()));
            }
        }
        if occasion.sample {
            meant.push(Meant::new("mark", mark, Occurrence::EachPage));
        }
        let ident = pictures.iter().map(|picture| picture.digest.to_string()).collect::<String>();
        let identity = PdfIdentity {
            ident,
            title: TITLE.to_owned(),
            issued_on: occasion.day,
            zone: occasion.zone,
        };
        let layout = include_bytes!("sheet.typ");
        let words = words(layout, &data, &meant, &identity, fonts)?;
        let placed = pictures.len();
        Ok((place(&words, pictures).map_err(|what| report(SheetError::Pdf { what }))?, placed))
    }
}

/// Lays out words alone.
fn words(
    layout: &[u8],
    data: &serde_json::Value,
    meant: &[Meant],
    identity: &PdfIdentity,
    fonts: &FontSet,
) -> Reports<Vec<u8>> {
    let files: BTreeMap<String, Vec<u8>> = [("layout.typ".to_owned(), layout.to_vec())].into();
    let press = Press::new(fonts, files)?;
    press.compose(data, &Assets::new(), Limits::default())?.prove(meant)?.to_plain_pdf(identity)
}

/// `text` with what no font of the office draws written by its number.
fn drawable(text: &str, fonts: &FontSet) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        let drawn = letter == ' ' || fonts.families().any(|family| fonts.draws(family, letter));
        if drawn {
            plain.push(letter);
        } else {
            plain.extend(letter.escape_unicode());
        }
    }
    plain
}

/// Puts the pictures into the frames of the laid-out words.
fn place(words: &[u8], pictures: Vec<Picture>) -> Result<Vec<u8>, String> {
    let told = |error: lopdf::Error| error.to_string();
    let mut document = Document::load_mem(words).map_err(told)?;
    let pages: Vec<_> = document.get_pages().into_values().collect();
    let mut contents: BTreeMap<_, String> = BTreeMap::new();
    for (at, picture) in pictures.into_iter().enumerate() {
        let Some(page) = pages.get(at.div_euclid(PER_PAGE)) else { break };
        let slot = if at.rem_euclid(PER_PAGE) == 0 { 0.0 } else { 1.0 };
        let name = format!("Picture{}", at.saturating_add(1));
        let top = PAGE_HEIGHT - TOPS.0 - slot * TOPS.1;
        let drawn = picture.drawn(&name, (FRAME.0, top - FRAME.2, FRAME.1, FRAME.2));
        contents.entry(*page).or_default().push_str(&drawn);
        let (mut stream, mask) = picture.into_objects().map_err(|error| error.to_string())?;
        if let Some(mask) = mask {
            stream.dict.set("SMask", document.add_object(mask));
        }
        let id = document.add_object(stream);
        document.add_xobject(*page, name, id).map_err(told)?;
    }
    for (page, drawn) in contents {
        let end = document.add_object(plain(format!("Q\n/Artifact BMC\n{drawn}EMC\n")));
        let begin = document.add_object(plain("q\n".to_owned()));
        let own = document.get_page_contents(page);
        let all = [&[begin][..], &own, &[end]].concat();
        let all: Vec<Object> = all.into_iter().map(Object::Reference).collect();
        let page = document.get_object_mut(page).and_then(Object::as_dict_mut).map_err(told)?;
        page.set("Contents", all);
    }
    let mut out = Vec::new();
    document.save_to(&mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

fn plain(content: String) -> Stream {
    Stream::new(dictionary! {}, content.into_bytes())
}

#[cfg(test)]
mod tests;
