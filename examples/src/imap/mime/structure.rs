//! BODYSTRUCTURE and BODY (RFC 9051 §7.5.2).

use imap_proto::{
    Arena, BodyStructure, Content, Disposition, ExtensionTail, IString, MultiExtension, MultiPart,
    NString, Parameter, SingleExtension, SinglePart,
};
use mail_parser::{Attribute, ContentType};

use super::{
    Mime, envelope, fields,
    parts::{Inside, Part},
};

/// Builds the structure of parts in an arena.
#[derive(Clone, Copy)]
pub(super) struct Builder<'m, 'a> {
    pub(super) mime: &'m Mime,
    /// Whether extension data is wanted.
    pub(super) extended: bool,
    pub(super) arena: &'a Arena,
}

impl<'a> Builder<'_, 'a> {
    pub(super) fn structure(self, part: &Part) -> BodyStructure<'a> {
        let content = fields::content_type(self.mime.header(part), "Content-Type");
        match &part.inside {
            Inside::Parts(parts) => self.multipart(part, parts, content.as_ref()),
            Inside::Nothing => self.single(part, None, content.as_ref()),
            Inside::Message(inner) => self.single(part, Some(inner), content.as_ref()),
        }
    }

    fn multipart(
        self,
        part: &Part,
        parts: &[Part],
        content: Option<&ContentType<'_>>,
    ) -> BodyStructure<'a> {
        let parts: Vec<_> = parts.iter().map(|part| self.structure(part)).collect();
        let subtype = content.and_then(ContentType::subtype).unwrap_or("mixed");
        BodyStructure::Multi(self.arena.alloc(MultiPart {
            parts: self.arena.slice(&parts),
            subtype: Some(self.string(subtype)),
            unparsed: None,
            extension: self.extended.then(|| MultiExtension {
                parameters: self.parameters(content),
                tail: self.tail(part),
            }),
        }))
    }

    fn single(
        self,
        part: &Part,
        message: Option<&Part>,
        content: Option<&ContentType<'_>>,
    ) -> BodyStructure<'a> {
        let body = self.mime.body(part);
        let lines = Some(lines(body));
        let media = content.map(|content| (content.ctype(), content.subtype().unwrap_or_default()));
        let (content_of, subtype, parameters) = match (message, media) {
            (Some(message), media) => {
                let inner = self.mime.header(message);
                let envelope = self.arena.alloc(envelope::envelope(inner, self.arena));
                let content_of =
                    Content::Message { envelope, body: Some(self.structure(message)), lines };
                (
                    content_of,
                    media.map_or("rfc822", |(_, subtype)| subtype),
                    self.parameters(content),
                )
            }
            (None, None) => {
                let charset = Parameter {
                    name: self.string("charset"),
                    value: Some(self.string("us-ascii")),
                };
                (Content::Text { lines }, "plain", self.arena.slice(&[charset]))
            }
            (None, Some(("text", subtype))) => {
                (Content::Text { lines }, subtype, self.parameters(content))
            }
            // It says that there are parts in it, and none can be read.
            (None, Some(("multipart", _) | ("message", "rfc822" | "global"))) => {
                let media = self.string("application");
                (Content::Basic { media }, "octet-stream", &[][..])
            }
            (None, Some((media, subtype))) => {
                (Content::Basic { media: self.string(media) }, subtype, self.parameters(content))
            }
        };
        let field = |name| fields::string(self.mime.header(part), name, self.arena);
        BodyStructure::Single(self.arena.alloc(
            SinglePart {
                content: content_of,
                subtype: Some(self.string(subtype)),
                unparsed: None,
                parameters,
                id: field("Content-ID"),
                description: field("Content-Description"),
                encoding: Some(field("Content-Transfer-Encoding").unwrap_or(self.string("7bit"))),
                octets: Some(body.len() as u64),
                extension:
                    self.extended.then(|| SingleExtension {
                        md5: field("Content-MD5"),
                        tail: self.tail(part),
                    }),
            },
        ))
    }

    fn tail(self, part: &Part) -> ExtensionTail<'a> {
        let header = self.mime.header(part);
        let disposition = fields::content_type(header, "Content-Disposition");
        let languages = fields::named(header, "Content-Language").next();
        let languages = languages.map(|field| fields::unfolded(field.value)).unwrap_or_default();
        let languages: Vec<_> = languages
            .split(|&octet| octet == b',')
            .map(<[u8]>::trim_ascii)
            .filter(|language| !language.is_empty())
            .filter_map(|language| fields::istring(language, self.arena))
            .collect();
        ExtensionTail {
            disposition: disposition.as_ref().map(|disposition| Disposition {
                kind: self.string(disposition.ctype()),
                parameters: self.parameters(Some(disposition)),
            }),
            languages: self.arena.slice(&languages),
            location: fields::string(header, "Content-Location", self.arena),
            more: None,
        }
    }

    fn parameters(self, content: Option<&ContentType<'_>>) -> &'a [Parameter<'a>] {
        let attributes = content.and_then(ContentType::attributes).unwrap_or_default();
        let parameters: Vec<_> = attributes.iter().map(|one| self.parameter(one)).collect();
        self.arena.slice(&parameters)
    }

    /// A parameter. `mail-parser` has put together and decoded what was split
    /// or encoded after RFC 2231; past US-ASCII it is encoded again.
    fn parameter(self, Attribute { name, value }: &Attribute<'_>) -> Parameter<'a> {
        let value = fields::unmask(value);
        if value.is_ascii() {
            return Parameter { name: self.string(name), value: self.nstring(&value) };
        }
        let mut encoded = "utf-8''".to_owned();
        for octet in value.bytes() {
            match octet {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                    encoded.push(char::from(octet));
                }
                _ => encoded.push_str(&format!("%{octet:02X}")),
            }
        }
        Parameter { name: self.string(&format!("{name}*")), value: self.nstring(&encoded) }
    }

    fn nstring(self, text: &str) -> NString<'a> {
        fields::istring(text.as_bytes(), self.arena)
    }

    /// A string that cannot be NIL: one with a NUL, which no field has, is
    /// empty.
    fn string(self, text: &str) -> IString<'a> {
        self.nstring(text).unwrap_or(EMPTY)
    }
}

const EMPTY: IString<'static> = match IString::new(b"") {
    Ok(empty) => empty,
    Err(_) => unreachable!(),
};

/// The lines of a body; the last one may lack its line end.
fn lines(body: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', body).count();
    ends as u64 + u64::from(body.last().is_some_and(|&last| last != b'\n'))
}
