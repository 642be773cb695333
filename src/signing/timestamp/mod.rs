//! RFC 3161 timestamps: tokens, their judgement, and the authorities that give them.
//!
//! A token says that a digest existed at a time, in the word of an authority. [`verify_token`]
//! judges it at that time. [`LocalAuthority`] is the office's own word and says so
//! ([`TimestampAuthority::self_asserted`]); `HttpAuthority` (feature `office`) asks another.
//! Sources: RFC 3161, RFC 5816.

use chrono::{DateTime, Utc};

mod ber;
mod exchange;
#[cfg(feature = "office")]
mod http;
mod imprint;
mod local;
mod structures;
mod token;

pub use exchange::timestamp_request;
#[cfg(feature = "office")]
pub use http::HttpAuthority;
pub use imprint::Imprint;
pub use local::LocalAuthority;
pub use token::{Token, VerifiedTimestamp, verify_imprint, verify_token};

use super::{chain::ChainError, signed_data::SignatureError, signer::SigningError};
use crate::digest::Digest;

crate::problems! {
    /// Why a timestamp was not given, or does not hold.
    pub enum TimestampError {
        /// Not a timestamp token.
        NotAToken = "CH-K060", Input,
            "not an RFC 3161 timestamp token" => "give the token as the authority gave it",
            "不是 RFC 3161 时间戳" => "请提供时间戳机构签发的原始文件";
        /// The token's signature does not hold.
        Signature { source: SignatureError } = "CH-K061", Finding,
            "the timestamp's signature does not hold: {source}" => "treat the timestamp as altered",
            "时间戳签名不成立：{source}" => "请将该时间戳视为已被改动";
        /// The authority's certificate is not trusted for timestamps at that time.
        Chain { source: ChainError } = "CH-K062", Finding,
            "the timestamp's authority is not trusted: {source}" => "name the authority's root as anchor, after confirming its fingerprint",
            "时间戳机构不受信任：{source}" => "请核对指纹后将其根证书列为信任锚";
        /// The token is over other content.
        OtherContent = "CH-K063", Finding,
            "the timestamp is over other content" => "find the token that belongs to this file",
            "时间戳对应的是其他内容" => "请找出与该文件对应的时间戳";
        /// The imprint is not a SHA-256.
        ImprintAlgorithm = "CH-K064", Finding,
            "the timestamp's imprint is not a SHA-256 digest" => "ask the authority for a timestamp over SHA-256",
            "时间戳摘要算法不是 SHA-256" => "请向机构申请 SHA-256 时间戳";
        /// The nonce is not the one sent.
        Nonce = "CH-K065", Finding,
            "the timestamp answers another request" => "ask again; if it recurs, someone replays answers",
            "时间戳应答的不是本次请求" => "请重新申请；若再次出现，可能有人重放应答";
        /// The authority's time is far from the office's.
        WrongTime { seconds: i64 } = "CH-K066", Finding,
            "the authority's time differs from the office's by {seconds} seconds" => "check the office's clock first, then the authority",
            "时间戳机构的时间与本机相差 {seconds} 秒" => "请先检查本机时钟，再联系机构";
        /// The own authority could not sign.
        Signing { source: SigningError } = "CH-K067", Fault,
            "the timestamp could not be signed: {source}" => "see the cause and try again",
            "无法签署时间戳：{source}" => "请排除原因后重试";
        /// The authority refused.
        Refused { status: u8 } = "CH-K068", Fault,
            "the authority refused the request with status {status}" => "ask the authority; the sealed bundle can be stamped later",
            "时间戳机构拒绝了请求（状态 {status}）" => "请联系机构；已封存的证据可稍后补盖时间戳";
        /// The authority could not be reached.
        Unreachable = "CH-K069", Fault,
            "the timestamp authority cannot be reached" => "check address and network; the sealed bundle can be stamped later",
            "无法连接时间戳机构" => "请检查地址与网络；已封存的证据可稍后补盖时间戳";
        /// No answer within the limit.
        Slow { seconds: u64 } = "CH-K070", Fault,
            "the timestamp authority did not answer within {seconds} seconds" => "try again later; the sealed bundle can be stamped later",
            "时间戳机构未在 {seconds} 秒内应答" => "请稍后重试；已封存的证据可稍后补盖时间戳";
        /// An HTTP status other than 200.
        HttpStatus { status: u16 } = "CH-K071", Fault,
            "the timestamp authority answered with HTTP status {status}" => "check the address",
            "时间戳机构返回 HTTP 状态 {status}" => "请检查地址";
        /// The answer is of another content type.
        MediaType = "CH-K072", Fault,
            "the answer is not of the type application/timestamp-reply" => "check the address; a web page may have answered",
            "应答类型不是 application/timestamp-reply" => "请检查地址，可能返回了网页";
        /// The answer is larger than any timestamp.
        TooLarge { limit: u64 } = "CH-K073", Fault,
            "the answer is larger than {limit} bytes" => "check the address",
            "应答超过 {limit} 字节" => "请检查地址";
        /// The answer is not a response of RFC 3161.
        NotAResponse = "CH-K074", Fault,
            "the answer is not an RFC 3161 response" => "check the address",
            "应答不符合 RFC 3161" => "请检查地址";
        /// The address is not one of plain HTTP.
        Address = "CH-K075", Input,
            "the authority's address is not a plain `http://` address" => "give the authority's http address; the token itself is signed",
            "时间戳机构地址不是 `http://` 地址" => "请提供机构的 http 地址；时间戳自身带有签名";
        /// Not an object identifier.
        Policy = "CH-K076", Input,
            "the timestamp policy is not an object identifier" => "write it as numbers joined by dots",
            "时间戳策略不是对象标识符" => "请写成以点分隔的数字";
        /// The request is not one of RFC 3161.
        NotARequest = "CH-K077", Input,
            "not an RFC 3161 request over SHA-256" => "make it with `openssl ts -query -sha256 -cert`",
            "不是 SHA-256 的 RFC 3161 请求" => "请用 `openssl ts -query -sha256 -cert` 生成";
    }
}

impl TimestampError {
    /// Whether the authority was not there, rather than wrong: a token may come later.
    #[must_use]
    pub const fn is_absence(&self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Slow { .. } | Self::HttpStatus { status: 429 | 500..=599 }
        )
    }
}

impl From<SignatureError> for TimestampError {
    fn from(source: SignatureError) -> Self {
        match source {
            SignatureError::Malformed => Self::NotAToken,
            source => Self::Signature { source },
        }
    }
}

impl From<ChainError> for TimestampError {
    fn from(source: ChainError) -> Self {
        Self::Chain { source }
    }
}

impl From<SigningError> for TimestampError {
    fn from(source: SigningError) -> Self {
        Self::Signing { source }
    }
}

/// One who gives timestamps.
///
/// Contract: an answer is a DER token over what was asked that carries `nonce` and has been verified
/// under the authority's own anchors. A call may wait for the network but not without limit; it
/// may be repeated after an error, and each call may give another token. Nothing is stored.
pub trait TimestampAuthority: Send + Sync {
    /// Asks for a token over `digest`. The caller draws `nonce` at random and passes its clock.
    ///
    /// # Errors
    /// [`TimestampError`].
    fn stamp(
        &self,
        digest: &Digest,
        nonce: u64,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TimestampError> {
        self.stamp_imprint(&Imprint::from(*digest), nonce, now)
    }

    /// Asks for a token over `imprint`, by whichever algorithm.
    ///
    /// # Errors
    /// [`TimestampError`].
    fn stamp_imprint(
        &self,
        imprint: &Imprint,
        nonce: u64,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, TimestampError>;

    /// Whether the time is the office's own word, which proves nothing against the office.
    fn self_asserted(&self) -> bool;

    /// Whether what it cannot stamp now may be stamped later.
    fn queues(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
