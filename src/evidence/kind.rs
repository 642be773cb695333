//! Kinds of evidence and what the bytes of each must be.
//!
//! A kind is chosen by a person; the bytes have to agree. What agrees with no kind can be sealed
//! as [`Kind::Other`]. Source: REQUIREMENTS 3 (L223, L403), 4 (L495); DOCUMENTS 17, 28.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::media::{Format, MediaFacts};

/// What a piece of evidence is evidence of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 门牌照片: the plate at the door that was visited.
    DoorPlate,
    /// 地址核实: how an address was found to be right or wrong.
    AddressCheck,
    /// 录音: sound of a whole visit.
    Audio,
    /// 录像: film of a visit, of at least 1080 lines.
    Video,
    /// 照片: any other photograph.
    Photo,
    /// 签署件: the scan of a signed document.
    SignedCopy,
    /// 回执: proof of receipt.
    Acknowledgement,
    /// 电话录音: a recorded call.
    CallRecording,
    /// 函件: a letter as it was issued.
    Letter,
    /// 陈述笔录: a statement of a visit.
    Statement,
    /// 培训资料: record of a training.
    Training,
    /// 其他: anything else.
    Other,
}

impl Kind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::DoorPlate,
        Self::AddressCheck,
        Self::Audio,
        Self::Video,
        Self::Photo,
        Self::SignedCopy,
        Self::Acknowledgement,
        Self::CallRecording,
        Self::Letter,
        Self::Statement,
        Self::Training,
        Self::Other,
    ];

    /// Stable name, also that of its folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DoorPlate => "door_plate",
            Self::AddressCheck => "address_check",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Photo => "photo",
            Self::SignedCopy => "signed_copy",
            Self::Acknowledgement => "acknowledgement",
            Self::CallRecording => "call_recording",
            Self::Letter => "letter",
            Self::Statement => "statement",
            Self::Training => "training",
            Self::Other => "other",
        }
    }

    /// Chinese name.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::DoorPlate => "门牌照片",
            Self::AddressCheck => "地址核实",
            Self::Audio => "录音",
            Self::Video => "录像",
            Self::Photo => "照片",
            Self::SignedCopy => "签署件",
            Self::Acknowledgement => "回执",
            Self::CallRecording => "电话录音",
            Self::Letter => "函件",
            Self::Statement => "陈述笔录",
            Self::Training => "培训资料",
            Self::Other => "其他",
        }
    }

    /// Whether a content with these facts can be evidence of this kind.
    #[must_use]
    pub fn admits(self, facts: &MediaFacts) -> bool {
        let image = facts.format.is_image();
        let page = image || facts.format == Format::Pdf;
        match self {
            Self::DoorPlate | Self::Photo => image,
            Self::Audio | Self::CallRecording => facts.is_audio(),
            Self::Video => facts.is_video(),
            Self::SignedCopy | Self::Acknowledgement | Self::Statement => page,
            Self::Letter => facts.format == Format::Pdf,
            Self::AddressCheck => page || facts.is_audio() || facts.is_video(),
            Self::Training | Self::Other => true,
        }
    }

    /// Whether it is made by a microphone or a camera that films.
    #[must_use]
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Audio | Self::CallRecording | Self::Video)
    }

    /// Whether a content that is cut off or locked is of no use as this kind.
    #[must_use]
    pub const fn must_be_whole(self) -> bool {
        !matches!(self, Self::Training | Self::Other)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The text names no kind of evidence.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a kind of evidence")]
pub struct NotAKind;

impl FromStr for Kind {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(NotAKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!("Video".parse::<Kind>(), Err(NotAKind));
    }

    #[test]
    fn sound_is_no_film_and_a_film_is_no_sound() {
        let film = MediaFacts { video: true, sound: true, ..MediaFacts::of(Format::Mp4) };
        let sound = MediaFacts { sound: true, ..MediaFacts::of(Format::Mp4) };
        assert!(Kind::Video.admits(&film) && !Kind::Audio.admits(&film));
        assert!(Kind::Audio.admits(&sound) && !Kind::Video.admits(&sound));
        assert!(!Kind::Letter.admits(&MediaFacts::of(Format::Jpeg)));
        assert!(Kind::Other.admits(&MediaFacts::of(Format::Unknown)));
    }
}
