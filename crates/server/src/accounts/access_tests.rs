//! Forged, stale and foreign tokens. Every one differs from a good token in the one thing its line says.
#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;

const NOW: UnixMs = UnixMs(1_800_000_000_000);
const NOW_SECONDS: i64 = NOW.0 / 1_000;

struct Forge {
    secrets: Secrets,
    header: Value,
    claims: Value,
    _data: tempfile::TempDir,
}

impl Forge {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let secrets = Secrets::open(data.path()).unwrap();
        let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": secrets.token_keys[0].kid});
        let claims = json!({
            "iss": "hearth", "aud": "hearth-api", "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
            "iat": NOW_SECONDS, "nbf": NOW_SECONDS, "exp": NOW_SECONDS + 900,
        });
        Self {
            secrets,
            header,
            claims,
            _data: data,
        }
    }

    fn header(&self, key: &str, value: Value) -> String {
        let mut header = self.header.clone();
        set(&mut header, key, value);
        self.sign(&header, &self.claims)
    }

    fn claim(&self, key: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        set(&mut claims, key, value);
        self.sign(&self.header, &claims)
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_with(&self.secrets.token_keys[0].bytes, header, claims)
    }

    fn sign_with(&self, key: &[u8], header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
        let mac = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    fn good(&self) -> String {
        self.sign(&self.header, &self.claims)
    }

    fn accepts(&self, token: &str) -> bool {
        verify(&self.secrets, token, NOW).is_some()
    }
}

/// `null` removes the key.
fn set(object: &mut Value, key: &str, value: Value) {
    let object = object.as_object_mut().unwrap();
    match value {
        Value::Null => object.remove(key),
        value => object.insert(key.to_owned(), value),
    };
}

#[test]
fn a_minted_token_speaks_for_its_session_until_its_last_second() {
    let forge = Forge::new();
    let who = (UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));

    let token = mint(&forge.secrets, who, NOW).unwrap();
    let at = |seconds: i64| verify(&forge.secrets, &token, UnixMs(NOW.0 + seconds * 1_000));

    assert_eq!(at(0).map(|bearer| (bearer.user_id, bearer.session_id)), Some(who));
    assert_eq!(at(0).unwrap().expires_at, UnixMs(NOW.0 + 900_000));
    assert!(at(899).is_some());
    assert!(at(900).is_none());
    assert!(at(-6).is_none());
}

#[test]
fn a_token_of_the_previous_key_works_and_of_the_one_before_does_not() {
    let data = tempfile::tempdir().unwrap();
    let who = (UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
    let token = mint(&Secrets::open(data.path()).unwrap(), who, NOW).unwrap();

    Secrets::rotate(data.path()).unwrap();
    let after_one = verify(&Secrets::open(data.path()).unwrap(), &token, NOW);
    Secrets::rotate(data.path()).unwrap();
    let after_two = verify(&Secrets::open(data.path()).unwrap(), &token, NOW);

    assert!(after_one.is_some());
    assert!(after_two.is_none());
}

#[test]
fn headers_that_point_at_other_keys_change_nothing() {
    let forge = Forge::new();

    assert!(forge.accepts(&forge.header("jku", json!("https://evil.example/keys"))));
    assert!(forge.accepts(&forge.header("x5u", json!("https://evil.example/cert"))));
}

#[test]
fn forged_headers_are_refused() {
    let forge = Forge::new();
    let own_key = json!({"kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode([7; 32])});
    let with = |key: &[u8], name: &str, value: Value| {
        let mut header = forge.header.clone();
        set(&mut header, name, value);
        forge.sign_with(key, &header, &forge.claims)
    };
    let forged = [
        ("alg none", forge.header("alg", json!("none"))),
        ("alg None", forge.header("alg", json!("None"))),
        ("alg NONE", forge.header("alg", json!("NONE"))),
        ("alg empty", forge.header("alg", json!(""))),
        ("alg missing", forge.header("alg", Value::Null)),
        ("alg HS384", forge.header("alg", json!("HS384"))),
        ("alg HS512", forge.header("alg", json!("HS512"))),
        ("alg RS256", forge.header("alg", json!("RS256"))),
        ("alg ES256", forge.header("alg", json!("ES256"))),
        ("alg EdDSA", forge.header("alg", json!("EdDSA"))),
        ("alg PS256", forge.header("alg", json!("PS256"))),
        ("alg lower case", forge.header("alg", json!("hs256"))),
        ("alg a number", forge.header("alg", json!(256))),
        ("alg a list", forge.header("alg", json!(["HS256"]))),
        ("typ missing", forge.header("typ", Value::Null)),
        ("typ JWT", forge.header("typ", json!("JWT"))),
        ("typ of a refresh token", forge.header("typ", json!("rt+jwt"))),
        ("typ in capitals", forge.header("typ", json!("AT+JWT"))),
        ("kid missing", forge.header("kid", Value::Null)),
        ("kid unknown", forge.header("kid", json!("000000000000"))),
        ("kid empty", forge.header("kid", json!(""))),
        ("kid a path", forge.header("kid", json!("../../dev/null"))),
        ("kid SQL", forge.header("kid", json!("x' or '1'='1"))),
        ("kid a number", forge.header("kid", json!(1))),
        ("crit", forge.header("crit", json!(["exp"]))),
        ("own key in jwk", with(&[7; 32], "jwk", own_key)),
        (
            "own key behind jku",
            with(&[7; 32], "jku", json!("https://evil.example/keys")),
        ),
        (
            "own key behind x5u",
            with(&[7; 32], "x5u", json!("https://evil.example/cert")),
        ),
        ("own key in x5c", with(&[7; 32], "x5c", json!(["MIIB"]))),
        ("empty key", with(b"", "typ", json!("at+jwt"))),
        (
            "key is the kid",
            with(forge.secrets.token_keys[0].kid.as_bytes(), "typ", json!("at+jwt")),
        ),
        ("weak key", with(b"secret", "typ", json!("at+jwt"))),
    ];

    let accepted: Vec<_> = forged.iter().filter(|(_, token)| forge.accepts(token)).collect();

    assert!(forge.accepts(&forge.good()), "the token they differ from is good");
    assert!(accepted.is_empty(), "{accepted:?}");
}

#[test]
fn forged_claims_are_refused() {
    let forge = Forge::new();
    let forged = [
        ("iss missing", forge.claim("iss", Value::Null)),
        ("iss foreign", forge.claim("iss", json!("https://evil.example"))),
        ("iss a list", forge.claim("iss", json!(["hearth"]))),
        ("aud missing", forge.claim("aud", Value::Null)),
        ("aud foreign", forge.claim("aud", json!("other-api"))),
        ("aud a list", forge.claim("aud", json!(["other-api", "hearth-api"]))),
        ("aud empty", forge.claim("aud", json!(""))),
        ("sub missing", forge.claim("sub", Value::Null)),
        ("sub empty", forge.claim("sub", json!(""))),
        ("sub no id", forge.claim("sub", json!("admin"))),
        ("sub a number", forge.claim("sub", json!(1))),
        ("sid missing", forge.claim("sid", Value::Null)),
        ("sid no id", forge.claim("sid", json!("*"))),
        ("exp missing", forge.claim("exp", Value::Null)),
        ("exp past", forge.claim("exp", json!(NOW_SECONDS - 1))),
        ("exp now", forge.claim("exp", json!(NOW_SECONDS))),
        ("exp far", forge.claim("exp", json!(NOW_SECONDS + 86_400))),
        ("exp text", forge.claim("exp", json!("9999999999"))),
        ("exp a float", forge.claim("exp", json!(9_999_999_999.5))),
        ("exp negative", forge.claim("exp", json!(-1))),
        ("exp at the end of numbers", forge.claim("exp", json!(i64::MAX))),
        ("nbf missing", forge.claim("nbf", Value::Null)),
        ("nbf future", forge.claim("nbf", json!(NOW_SECONDS + 60))),
        ("nbf text", forge.claim("nbf", json!("0"))),
        ("iat missing", forge.claim("iat", Value::Null)),
        ("iat future", forge.claim("iat", json!(NOW_SECONDS + 60))),
        ("iat long ago", forge.claim("iat", json!(0))),
        ("iat at the end of numbers", forge.claim("iat", json!(i64::MIN))),
    ];

    let accepted: Vec<_> = forged.iter().filter(|(_, token)| forge.accepts(token)).collect();

    assert!(accepted.is_empty(), "{accepted:?}");
}

#[test]
fn mangled_tokens_are_refused() {
    let forge = Forge::new();
    let good = forge.good();
    let [header, claims, mac] = good.split('.').collect::<Vec<_>>()[..] else {
        unreachable!("a token has three parts")
    };
    let other_claims = URL_SAFE_NO_PAD.encode(forge.claims.to_string().replace("0001", "0009"));
    let padded = STANDARD.encode(URL_SAFE_NO_PAD.decode(mac).unwrap());
    let mangled = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "null".to_owned(),
        header.to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}..{mac}"),
        format!(".{claims}.{mac}"),
        format!("{header}.{other_claims}.{mac}"),
        format!("{header}.{claims}.{}", &mac[..mac.len() - 2]),
        format!("{header}.{claims}.{mac}AA"),
        format!("{header}.{claims}.{padded}"),
        format!("{header}.{claims}.{mac}.{mac}"),
        format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 32])),
        format!(" {good}"),
        format!("{good}\n"),
        format!("Bearer {good}"),
        good.to_uppercase(),
        good.replace('.', ","),
        format!("{good}\0"),
        "e".repeat(1_000_000),
        format!("{}.{claims}.{mac}", URL_SAFE_NO_PAD.encode("[".repeat(1_000))),
    ];

    let accepted: Vec<_> = mangled.iter().filter(|token| forge.accepts(token)).collect();

    assert!(accepted.is_empty(), "{accepted:?}");
}
