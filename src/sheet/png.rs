//! A PNG as a PDF holds one: its compressed rows as they are, or its transparency beside them.
//!
//! PDF's Flate filter knows the row filters of PNG, so rows without transparency go in untouched.
//! Where each pixel has an alpha value, colours and alpha are parted row by row: the filters work
//! on each channel by itself, so no row is filtered anew and no value changes. Refuses interlaced
//! pictures and those whose data do not give the rows that the header announces.
//! Source: W3C PNG (third edition) sections 9 and 11; ISO 32000-2 section 7.4.4.4.

use std::io::{self, Read, Write};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use lopdf::{Dictionary, Object, Stream, StringFormat, dictionary};

use crate::evidence::Words;

/// Most bytes of rows that are looked through.
const MOST: u64 = 512 << 20;
const UNSOUND: Words = Words("its data are not what its header says", "数据与文件头不符");

/// A PNG taken apart.
pub(super) struct Png {
    width: u32,
    height: u32,
    bits: u8,
    kind: u8,
    palette: Vec<u8>,
    data: Vec<u8>,
}

impl Png {
    /// Takes `bytes` apart; [`Png::prove`] says whether its rows are all there.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Words> {
        let mut png =
            Self { width: 0, height: 0, bits: 0, kind: 0, palette: Vec::new(), data: Vec::new() };
        let mut rest = bytes.get(8..).ok_or(UNSOUND)?;
        loop {
            let (head, after) = rest.split_first_chunk::<8>().ok_or(UNSOUND)?;
            let [l3, l2, l1, l0, name @ ..] = *head;
            let length = usize::try_from(u32::from_be_bytes([l3, l2, l1, l0])).unwrap_or_default();
            let (content, after) = after.split_at_checked(length).ok_or(UNSOUND)?;
            let (sum, after) = after.split_first_chunk::<4>().ok_or(UNSOUND)?;
            let named = rest.get(4..length.saturating_add(8)).unwrap_or_default();
            if crc32fast::hash(named) != u32::from_be_bytes(*sum) {
                return Err(UNSOUND);
            }
            match &name {
                b"IHDR" => png.header(content)?,
                b"PLTE" => content.clone_into(&mut png.palette),
                b"IDAT" => png.data.extend_from_slice(content),
                b"IEND" => break,
                _ => {}
            }
            rest = after;
        }
        Ok(png)
    }

    fn header(&mut self, content: &[u8]) -> Result<(), Words> {
        let &[w3, w2, w1, w0, h3, h2, h1, h0, bits, kind, 0, 0, interlace] = content else {
            return Err(UNSOUND);
        };
        if interlace != 0 {
            return Err(Words("it is an interlaced PNG", "它是隔行扫描的 PNG"));
        }
        self.width = u32::from_be_bytes([w3, w2, w1, w0]);
        self.height = u32::from_be_bytes([h3, h2, h1, h0]);
        (self.bits, self.kind) = (bits, kind);
        let known = match kind {
            0 => matches!(bits, 1 | 2 | 4 | 8 | 16),
            3 => matches!(bits, 1 | 2 | 4 | 8),
            2 | 4 | 6 => matches!(bits, 8 | 16),
            _ => false,
        };
        let sized = self.width > 0 && self.height > 0;
        if known && sized { Ok(()) } else { Err(UNSOUND) }
    }

    /// Values of a pixel, alpha included.
    const fn channels(&self) -> u8 {
        match self.kind {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        }
    }

    const fn has_alpha(&self) -> bool {
        matches!(self.kind, 4 | 6)
    }

    /// Bytes of a row without the byte that names its filter.
    fn row(&self) -> u64 {
        let bits = u64::from(self.bits).saturating_mul(u64::from(self.channels()));
        u64::from(self.width).saturating_mul(bits).div_ceil(8)
    }

    /// Unpacks the rows once, into nothing, and proves that they are all there.
    pub(super) fn prove(&self) -> Result<(), Words> {
        let wanted = self.row().saturating_add(1).saturating_mul(u64::from(self.height));
        let indexed = self.kind == 3;
        let coloured = !self.palette.is_empty() && self.palette.len().is_multiple_of(3);
        if wanted > MOST || (indexed && (!coloured || self.palette.len() > 768)) {
            return Err(if wanted > MOST { Words("it is too large", "过大") } else { UNSOUND });
        }
        let mut rows = ZlibDecoder::new(self.data.as_slice()).take(wanted.saturating_add(1));
        let found = io::copy(&mut rows, &mut io::sink()).map_err(|_| UNSOUND)?;
        if found == wanted { Ok(()) } else { Err(UNSOUND) }
    }

    /// The objects of a PDF: the picture and, if it has one, its mask.
    pub(super) fn into_objects(self) -> io::Result<(Stream, Option<Stream>)> {
        let space = match self.kind {
            0 | 4 => Object::from("DeviceGray"),
            3 => {
                let last = i64::try_from(self.palette.len().div_euclid(3)).unwrap_or(1) - 1;
                let table = Object::String(self.palette.clone(), StringFormat::Hexadecimal);
                Object::Array(vec!["Indexed".into(), "DeviceRGB".into(), last.into(), table])
            }
            _ => "DeviceRGB".into(),
        };
        if !self.has_alpha() {
            let picture = self.dictionary(space, self.channels());
            return Ok((Stream::new(picture, self.data).with_compression(false), None));
        }
        let (colours, alpha) = self.parted()?;
        let picture = self.dictionary(space, self.channels().saturating_sub(1));
        let mask = self.dictionary("DeviceGray".into(), 1);
        Ok((
            Stream::new(picture, colours).with_compression(false),
            Some(Stream::new(mask, alpha).with_compression(false)),
        ))
    }

    fn dictionary(&self, space: Object, colours: u8) -> Dictionary {
        dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(self.width),
            "Height" => i64::from(self.height),
            "ColorSpace" => space,
            "BitsPerComponent" => i64::from(self.bits),
            "Filter" => "FlateDecode",
            "DecodeParms" => dictionary! {
                "Predictor" => 15,
                "Colors" => i64::from(colours),
                "BitsPerComponent" => i64::from(self.bits),
                "Columns" => i64::from(self.width),
            },
        }
    }

    /// Rows of the colours and rows of the alpha values, each with the filters they had.
    fn parted(&self) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let value = usize::from(self.bits.div_euclid(8));
        let pixel = value.saturating_mul(usize::from(self.channels()));
        let mut rows = ZlibDecoder::new(self.data.as_slice());
        let mut colours = ZlibEncoder::new(Vec::new(), Compression::default());
        let mut alpha = ZlibEncoder::new(Vec::new(), Compression::default());
        let length = usize::try_from(self.row()).map_err(io::Error::other)?;
        let mut row = vec![0; length];
        let mut filter = [0; 1];
        for _ in 0..self.height {
            rows.read_exact(&mut filter)?;
            rows.read_exact(&mut row)?;
            colours.write_all(&filter)?;
            alpha.write_all(&filter)?;
            for values in row.chunks(pixel) {
                let (own, over) = values.split_at(values.len().saturating_sub(value));
                colours.write_all(own)?;
                alpha.write_all(over)?;
            }
        }
        Ok((colours.finish()?, alpha.finish()?))
    }
}
