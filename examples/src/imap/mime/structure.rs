//! BODYSTRUCTURE and BODY (RFC 9051 §7.5.2).

use imap_proto::{
    Arena, BodyStructure, Content, Disposition, ExtensionTail, IString, MultiExtension, MultiPart,
    Parameter, SingleExtension, SinglePart,
};

use super::{
    allowance::Allowance,
    envelope, fields,
    parameters::{self, MediaType},
    parts::{Inside, Part},
};

/// Builds the structure of parts in an arena. Its strings are the octets of the
/// message; what is told is bounded by an [`Allowance`].
#[derive(Debug)]
pub(super) struct Builder<'a> {
    /// The whole message.
    pub(super) octets: &'a [u8],
    /// Whether extension data is wanted.
    pub(super) extended: bool,
    pub(super) allowance: Allowance,
    pub(super) arena: &'a Arena,
}

/// The fields of a part that are told of it.
struct Fields<'a> {
    media: Option<MediaType<'a>>,
    encoding: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    description: Option<&'a [u8]>,
    md5: Option<&'a [u8]>,
    disposition: Option<&'a [u8]>,
    languages: Option<&'a [u8]>,
    location: Option<&'a [u8]>,
}

impl<'a> Builder<'a> {
    pub(super) fn structure(&mut self, part: &Part) -> BodyStructure<'a> {
        let fields = self.fields(part);
        match &part.inside {
            Inside::Parts(parts) => self.multipart(parts, &fields),
            Inside::Nothing => self.single(part, None, &fields),
            Inside::Message(inner) => self.single(part, Some(inner), &fields),
        }
    }

    fn fields(&self, part: &Part) -> Fields<'a> {
        let header = self.octets.get(part.header.clone()).unwrap_or_default();
        let [media, encoding, id, description, md5, disposition, languages, location] =
            fields::first(
                header,
                [
                    "Content-Type",
                    "Content-Transfer-Encoding",
                    "Content-ID",
                    "Content-Description",
                    "Content-MD5",
                    "Content-Disposition",
                    "Content-Language",
                    "Content-Location",
                ],
            );
        let media = media.and_then(|value| MediaType::read(fields::unfolded(value, self.arena)));
        Fields { media, encoding, id, description, md5, disposition, languages, location }
    }

    fn multipart(&mut self, parts: &[Part], fields: &Fields<'a>) -> BodyStructure<'a> {
        let parts: Vec<_> = parts.iter().map(|part| self.structure(part)).collect();
        BodyStructure::Multi(self.arena.alloc(MultiPart {
            parts: self.arena.slice(&parts),
            subtype: Some(fields::istring(fields.media.map_or(b"mixed", |media| media.subtype))),
            unparsed: None,
            extension: self.extended.then(|| MultiExtension {
                parameters: self.parameters(fields.media.map_or(b"", |media| media.rest)),
                tail: self.tail(fields),
            }),
        }))
    }

    fn single(
        &mut self,
        part: &Part,
        message: Option<&Part>,
        fields: &Fields<'a>,
    ) -> BodyStructure<'a> {
        let octets: &'a [u8] = self.octets;
        let body = octets.get(part.body.clone()).unwrap_or_default();
        let lines = Some(lines(body));
        let (content, subtype): (_, &[u8]) = match (message, fields.media) {
            (Some(message), media) => {
                let inner = octets.get(message.header.clone()).unwrap_or_default();
                let envelope = envelope::envelope(inner, &mut self.allowance, self.arena);
                let envelope = self.arena.alloc(envelope);
                let body = Some(self.structure(message));
                let subtype = media.map_or(&b"rfc822"[..], |media| media.subtype);
                (Content::Message { envelope, body, lines }, subtype)
            }
            (None, None) => (Content::Text { lines }, b"plain"),
            (None, Some(media)) if media.is_kind("text") => {
                (Content::Text { lines }, media.subtype)
            }
            // It says that there are parts in it, and none can be read.
            (None, Some(media)) if media.is_kind("multipart") || media.is_message() => {
                (Content::Basic { media: fields::istring(b"application") }, b"octet-stream")
            }
            (None, Some(media)) => {
                (Content::Basic { media: fields::istring(media.kind) }, media.subtype)
            }
        };
        let parameters = match fields.media {
            Some(media) => self.parameters(media.rest),
            None if message.is_some() => &[],
            // RFC 2045 §5.2: what a part without a media type is.
            None => self.parameters(b"charset=us-ascii"),
        };
        let single = SinglePart {
            content,
            subtype: Some(fields::istring(subtype)),
            unparsed: None,
            parameters,
            id: self.string(fields.id),
            description: self.string(fields.description),
            encoding: Some(self.string(fields.encoding).unwrap_or(fields::istring(b"7bit"))),
            octets: Some(body.len() as u64),
            extension: self
                .extended
                .then(|| SingleExtension { md5: self.string(fields.md5), tail: self.tail(fields) }),
        };
        BodyStructure::Single(self.arena.alloc(single))
    }

    fn tail(&mut self, fields: &Fields<'a>) -> ExtensionTail<'a> {
        let disposition = fields.disposition.map(|value| fields::unfolded(value, self.arena));
        ExtensionTail {
            disposition: disposition.and_then(parameters::token).map(|(kind, rest)| Disposition {
                kind: fields::istring(kind),
                parameters: self.parameters(rest),
            }),
            languages: self.languages(fields.languages),
            location: self.string(fields.location),
            more: None,
        }
    }

    fn languages(&mut self, value: Option<&'a [u8]>) -> &'a [IString<'a>] {
        let value = fields::unfolded(value.unwrap_or_default(), self.arena);
        let languages = value.split(|&octet| octet == b',').map(<[u8]>::trim_ascii);
        let told = languages.filter(|language| !language.is_empty()).map_while(|language| {
            let may = self.allowance.take(language.len() + Allowance::PARAMETER);
            may.then(|| fields::istring(language))
        });
        self.arena.collect(told)
    }

    fn parameters(&mut self, rest: &'a [u8]) -> &'a [Parameter<'a>] {
        let (allowance, arena) = (&mut self.allowance, self.arena);
        arena.collect(parameters::parameters(rest).map_while(|(name, value)| {
            let may = allowance.take(name.len() + value.len() + Allowance::PARAMETER);
            let value = || fields::istring(arena.slice(&value));
            may.then(|| Parameter { name: fields::istring(name), value: Some(value()) })
        }))
    }

    fn string(&mut self, value: Option<&'a [u8]>) -> Option<IString<'a>> {
        envelope::string(value, &mut self.allowance, self.arena)
    }
}

/// The lines of a body; the last one may lack its line end.
fn lines(body: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', body).count();
    ends as u64 + u64::from(body.last().is_some_and(|&last| last != b'\n'))
}
