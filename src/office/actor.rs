//! The operator who acts: known to the register, with a key at hand.

use std::path::Path;

use chrono::{DateTime, FixedOffset};

use crate::{
    digest::Digest,
    durable,
    office::{
        credentials::{Ask, CredentialError, Credentials},
        operator::{Operator, Role},
        paths::OfficePaths,
        session::SessionSigner,
    },
    register::{BoxError, EntrySigner},
    signing::{
        key::{KeyError, KeyPair},
        signer::{Credential, SignatureBytes, Signer, SigningError},
        token::{TokenError, TokenKey, TokenSigner},
    },
};

/// Largest key file, in bytes.
const KEY_LIMIT: u64 = 16 * 1024;

crate::problems! {
    /// Why nobody can act.
    pub enum ActorError {
        /// Nobody was named.
        Nobody = "CH-O050", Input,
            "it is not said who acts" => "give --as OPERATOR",
            "未指明操作员" => "请用 --as 指明操作员";
        /// No such operator.
        Unknown { id: String } = "CH-O051", Refusal,
            "no operator `{id}` in this office" => "choose one that `chancery operator list` shows",
            "本办公室没有操作员 `{id}`" => "请从 `chancery operator list` 所列中选择";
        /// The operator was revoked.
        Revoked { id: String } = "CH-O052", Refusal,
            "operator `{id}` was revoked" => "let another operator act; an id is never used again",
            "操作员 `{id}` 已注销" => "请由其他操作员办理；编号不再启用";
        /// The operator lacks the role.
        Role { id: String, role: Role } = "CH-O053", Refusal,
            "operator `{id}` has not the role `{role}`" => "let an operator with that role act",
            "操作员 `{id}` 没有角色 `{role}`" => "请由具备该角色的操作员办理";
        /// The certificate has ended.
        Certificate { id: String } = "CH-O054", Refusal,
            "the certificate of operator `{id}` is not valid today" => "enrol the operator under a new id",
            "操作员 `{id}` 的证书今日不在有效期内" => "请以新编号重新登记";
        /// The key could not be opened.
        Key { id: String, source: KeyError } = "CH-O055", Refusal,
            "the key of `{id}` cannot be opened: {source}" => "type or give the right passphrase",
            "无法打开 `{id}` 的密钥：{source}" => "请输入或提供正确的口令";
        /// The passphrase could not be had.
        Credential { source: CredentialError } = "CH-O056", Input,
            "{source}" => "start a session, give --passphrase-file, or put a file of that name into the credentials folder",
            "没有可用的口令（{source}）" => "请开始会话、用 --passphrase-file 指定，或在口令目录中放置同名文件";
        /// The token with the key could not be used.
        Token { id: String, source: TokenError } = "CH-O059", Refusal,
            "the token of `{id}` cannot be used: {source}" => "insert it, and type or give the right PIN",
            "无法使用 `{id}` 的令牌：{source}" => "请插入令牌，并输入或提供正确的 PIN";
        /// The key file could not be read.
        File { source: durable::DurableError } = "CH-O057", Fault,
            "a key file cannot be read: {source}" => "check the file and its permissions",
            "无法读取密钥文件：{source}" => "请检查文件及其权限";
        /// The key is not the one of the registered certificate.
        Signing { source: SigningError } = "CH-O058", Fault,
            "the key cannot sign: {source}" => "restore the key that was made with the certificate",
            "密钥无法签名：{source}" => "请恢复与证书同批生成的密钥";
    }
}

/// An operator with a key at hand, who may sign entries and letters.
pub struct Actor {
    operator: Operator,
    signer: Box<dyn Signer>,
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Actor").field("operator", &self.operator.id).finish_non_exhaustive()
    }
}

impl Actor {
    /// Opens `operator`'s key: a running session first, else the key file with its passphrase.
    /// `now` judges the certificate.
    ///
    /// # Errors
    /// [`ActorError`], by variant.
    pub fn open(
        operator: Operator,
        paths: &OfficePaths,
        credentials: &Credentials,
        ask: &Ask<'_>,
        now: DateTime<FixedOffset>,
    ) -> Result<Self, ActorError> {
        admit(&operator, now)?;
        let socket = paths.session(&operator.id);
        if let Some(session) = SessionSigner::connect(&socket, operator.certificate.clone()) {
            return Ok(Self { operator, signer: Box::new(session) });
        }
        let signer = open_key(&operator, paths, credentials, ask)?;
        Ok(Self { operator, signer })
    }

    /// An actor over a key already open.
    #[must_use]
    pub fn with_signer(operator: Operator, signer: Box<dyn Signer>) -> Self {
        Self { operator, signer }
    }

    /// Who acts.
    #[must_use]
    pub const fn operator(&self) -> &Operator {
        &self.operator
    }

    /// The key at hand.
    #[must_use]
    pub fn signer(&self) -> &dyn Signer {
        self.signer.as_ref()
    }

    /// Refuses unless the operator has `role`.
    ///
    /// # Errors
    /// [`ActorError::Role`].
    pub fn require(&self, role: Role) -> Result<(), ActorError> {
        if self.operator.may(role) {
            Ok(())
        } else {
            Err(ActorError::Role { id: self.operator.id.clone(), role })
        }
    }
}

/// Refuses an operator who was revoked or whose certificate is not valid at `now`.
///
/// # Errors
/// [`ActorError::Revoked`], [`ActorError::Certificate`].
pub fn admit(operator: &Operator, now: DateTime<FixedOffset>) -> Result<(), ActorError> {
    let id = || operator.id.clone();
    if operator.revoked_at.is_some() {
        return Err(ActorError::Revoked { id: id() });
    }
    if !operator.certificate.is_valid_at(now.to_utc()) {
        return Err(ActorError::Certificate { id: id() });
    }
    Ok(())
}

/// Opens the key of `operator`: the one on a token, where the office knows of one, else its file.
///
/// # Errors
/// [`ActorError`], by variant.
pub fn open_key(
    operator: &Operator,
    paths: &OfficePaths,
    credentials: &Credentials,
    ask: &Ask<'_>,
) -> Result<Box<dyn Signer>, ActorError> {
    let token = paths.operator_token(&operator.id);
    if token.is_file() {
        return open_token(operator, &token, credentials, ask);
    }
    let file = paths.operator_key(&operator.id);
    let pem = durable::read(&file, KEY_LIMIT).map_err(|source| ActorError::File { source })?;
    let passphrase = credentials
        .of_operator(&operator.id, ask)
        .map_err(|source| ActorError::Credential { source })?;
    let key = KeyPair::from_encrypted_pem(&String::from_utf8_lossy(&pem), &passphrase)
        .map_err(|source| ActorError::Key { id: operator.id.clone(), source })?;
    let credential = Credential::new(key, operator.certificate.clone())
        .map_err(|source| ActorError::Signing { source })?;
    Ok(Box::new(credential))
}

fn open_token(
    operator: &Operator,
    file: &Path,
    credentials: &Credentials,
    ask: &Ask<'_>,
) -> Result<Box<dyn Signer>, ActorError> {
    let token = |source| ActorError::Token { id: operator.id.clone(), source };
    let kept = durable::read(file, KEY_LIMIT).map_err(|source| ActorError::File { source })?;
    let key = TokenKey::parse(&kept).map_err(token)?;
    let pin = credentials
        .pin_of_operator(&operator.id, ask)
        .map_err(|source| ActorError::Credential { source })?;
    Ok(Box::new(TokenSigner::open(&key, &pin, operator.certificate.clone()).map_err(token)?))
}

impl EntrySigner for Actor {
    fn operator(&self) -> &str {
        &self.operator.id
    }

    fn certificate_fingerprint(&self) -> Digest {
        self.operator.certificate.fingerprint()
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, BoxError> {
        self.signer.sign(message).map_err(Into::into)
    }
}
