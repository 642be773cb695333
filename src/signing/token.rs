//! Keys that never leave a PKCS#11 token: a card, a stick or a hardware security module.
//!
//! Owns which key of which token signs ([`TokenKey`]), making such a key, and the signer over it.
//! The private part is made on the token and marked so that the token gives it to nobody. Refuses
//! a token whose key is not the one of the certificate, and a second key under the same label.
//! Source: PKCS #11 v2.40; SPEC "Words" (keys of operators).

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use der::{Decode as _, Encode as _, asn1::OctetStringRef};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    certificate::Certificate,
    key::{Passphrase, PublicKey},
    oid,
    signer::{SignatureBytes, Signer, SigningError},
};

crate::problems! {
    /// Why a token cannot be used.
    pub enum TokenError {
        /// The module cannot be loaded.
        Module = "CH-K130", Fault,
            "the token's PKCS#11 module cannot be loaded" => "install the maker's driver and give the path of its library",
            "无法加载令牌的 PKCS#11 模块" => "请安装厂商驱动并给出其库文件路径";
        /// No token of that label is inserted.
        Absent = "CH-K131", Fault,
            "no token of that label is inserted" => "insert the token and run the same command again",
            "未插入该标签的令牌" => "请插入令牌后再次执行同一命令";
        /// The PIN is wrong or locked.
        Pin = "CH-K132", Refusal,
            "the token refused the PIN" => "give the right PIN; after several wrong ones the token locks",
            "令牌拒绝了 PIN" => "请提供正确的 PIN；多次错误后令牌会锁定";
        /// The key is not on the token.
        NoKey = "CH-K133", Fault,
            "the token holds no key of that label" => "insert the token on which the operator's key was made",
            "令牌中没有该标签的密钥" => "请插入生成该操作员密钥的令牌";
        /// There is a key of that label already.
        Taken = "CH-K134", Refusal,
            "the token holds a key of that label already" => "choose another label with --token-key; a key is never made over another",
            "令牌中已有该标签的密钥" => "请用 --token-key 另选标签；密钥从不覆盖";
        /// The token failed.
        Device = "CH-K135", Fault,
            "the token did not do what was asked" => "check that it supports ECDSA on P-256 and is not full",
            "令牌未能完成操作" => "请确认其支持 P-256 的 ECDSA 且未满";
        /// The file that names the key is damaged.
        Reference = "CH-K136", Fault,
            "the file that names the operator's token is damaged" => "restore it from a backup",
            "记载操作员令牌的文件已损坏" => "请从备份恢复";
    }
}

impl TokenError {
    fn of(error: &Error) -> Self {
        match error {
            Error::LibraryLoading(_) | Error::MissingSymbol(_) => Self::Module,
            Error::Pkcs11(
                RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinLocked
                | RvError::PinExpired,
                _,
            ) => Self::Pin,
            Error::Pkcs11(RvError::TokenNotPresent | RvError::DeviceRemoved, _) => Self::Absent,
            _ => Self::Device,
        }
    }
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        Self::of(&error)
    }
}

/// Which key of which token.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// Library by which the token is reached.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the key on it.
    pub key: String,
}

impl TokenKey {
    /// Reads the JSON object kept beside the operator's certificate.
    ///
    /// # Errors
    /// [`TokenError::Reference`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TokenError> {
        serde_json::from_slice(bytes).map_err(|_| TokenError::Reference)
    }

    /// Its JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::json!({ "module": self.module, "token": self.token, "key": self.key })
            .to_string()
    }

    /// Makes a P-256 key on the token; its public part is returned.
    ///
    /// # Errors
    /// [`TokenError`], by variant.
    pub fn generate(&self, pin: &Passphrase) -> Result<PublicKey, TokenError> {
        let session = self.session(pin, true)?;
        if !session.find_objects(&self.private())?.is_empty() {
            return Err(TokenError::Taken);
        }
        let curve = oid::P256.to_der().map_err(|_| TokenError::Device)?;
        let label = || Attribute::Label(self.key.clone().into_bytes());
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(curve),
            label(),
        ];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            label(),
        ];
        let (public, _) =
            session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)?;
        public_key(&session, public)
    }

    fn session(&self, pin: &Passphrase, writing: bool) -> Result<Session, TokenError> {
        let module = Pkcs11::new(&self.module)?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another key of this process uses the same module.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        let slots = module.get_slots_with_initialized_token()?;
        let slot = slots.into_iter().find(|slot| {
            module.get_token_info(*slot).is_ok_and(|token| token.label().trim_end() == self.token)
        });
        let slot = slot.ok_or(TokenError::Absent)?;
        let session =
            if writing { module.open_rw_session(slot)? } else { module.open_ro_session(slot)? };
        match session.login(UserType::User, Some(&AuthPin::from(pin.reveal().to_owned()))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(error) => Err(error.into()),
        }
    }

    fn private(&self) -> [Attribute; 3] {
        [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(KeyType::EC),
            Attribute::Label(self.key.clone().into_bytes()),
        ]
    }
}

/// The public key as its certificate is to hold it. A token gives the point in a DER octet string.
fn public_key(session: &Session, handle: ObjectHandle) -> Result<PublicKey, TokenError> {
    let attributes = session.get_attributes(handle, &[AttributeType::EcPoint])?;
    let point = attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(point) => Some(point),
        _ => None,
    });
    let point = point.ok_or(TokenError::Device)?;
    let bare = <&OctetStringRef>::from_der(&point).map_or(&point[..], OctetStringRef::as_bytes);
    PublicKey::from_point(bare).map_err(|_| TokenError::Device)
}

/// What a token signs to show that its key is the one of a certificate.
const PROBE: &[u8] = b"chancery: is this the key of the certificate";

/// Signs by a key on a token.
pub struct TokenSigner {
    session: Mutex<Session>,
    key: ObjectHandle,
    certificate: Certificate,
}

impl std::fmt::Debug for TokenSigner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("TokenSigner").finish_non_exhaustive()
    }
}

impl TokenSigner {
    /// Opens the token and shows, by a signature, that its key is the one of `certificate`.
    ///
    /// # Errors
    /// [`TokenError`], by variant; [`TokenError::NoKey`] also if the key is another one.
    pub fn open(
        key: &TokenKey,
        pin: &Passphrase,
        certificate: Certificate,
    ) -> Result<Self, TokenError> {
        let session = key.session(pin, false)?;
        let found = session.find_objects(&key.private())?;
        let [handle] = found[..] else { return Err(TokenError::NoKey) };
        let signer = Self { session: Mutex::new(session), key: handle, certificate };
        let probe = signer.sign(PROBE).ok();
        let shown =
            probe.is_some_and(|signature| signer.certificate.verify(PROBE, &signature).is_ok());
        if shown { Ok(signer) } else { Err(TokenError::NoKey) }
    }
}

impl Signer for TokenSigner {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let raw = session
            .sign(&Mechanism::Ecdsa, self.key, &Sha256::digest(message))
            .map_err(|_| SigningError::Device)?;
        let signature =
            p256::ecdsa::Signature::from_slice(&raw).map_err(|_| SigningError::Device)?;
        Ok(signature.normalize_s().to_bytes().into())
    }
}
