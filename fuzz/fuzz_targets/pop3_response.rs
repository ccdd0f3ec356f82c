//! Each kind of line that a client receives: what parses is encoded to a line
//! that parses to the same, and an error lies within the line.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use pop3_proto::ServerLine;
use pop3_proto::unstuff_line;
use pop3_proto::{Capability, LanguageListing, Response, SyntaxError};
use pop3_proto::{DropListing, ScanListing, UniqueIdListing};

/// Parses `line`, encodes what it is, and parses that.
fn there_and_back<'a, T: PartialEq + std::fmt::Debug>(
    line: &'a [u8],
    parse: impl Fn(&'a [u8]) -> Result<T, SyntaxError>,
    encode: impl Fn(&T, &mut BytesMut),
    same: impl Fn(&[u8], &T) -> bool,
) {
    match parse(line) {
        Ok(value) => {
            let mut out = BytesMut::new();
            encode(&value, &mut out);
            let again = out.strip_suffix(b"\r\n").unwrap_or(&out);
            assert!(!again.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
            assert!(same(again, &value), "{value:?} became {:?}", again.escape_ascii());
        }
        Err(error) => assert!(error.offset <= line.len()),
    }
}

fuzz_target!(|input: &[u8]| {
    in_proportion(input, |input| {
        let _ = Response::parse(input).map(|response| response.timestamp());
        let _ = (ServerLine::parse(input), Capability::parse(input));
        let _ = (UniqueIdListing::parse(input), LanguageListing::parse(input));
    });
    there_and_back(
        input,
        Response::parse,
        |response, out| response.encode(out),
        |again, response| Response::parse(again) == Ok(*response),
    );
    if let Some(timestamp) = Response::parse(input).ok().and_then(|it| it.timestamp()) {
        assert!(timestamp.as_str().starts_with('<') && timestamp.as_str().ends_with('>'));
    }
    there_and_back(
        input,
        ServerLine::parse,
        |line, out| line.encode(out),
        |again, line| ServerLine::parse(again) == Ok(*line),
    );
    there_and_back(
        input,
        DropListing::parse,
        |listing, out| listing.encode(out),
        |again, listing| DropListing::parse(again) == Ok(*listing),
    );
    // The lines of a multi-line response.
    let Some(input) = unstuff_line(input) else { return };
    there_and_back(
        input,
        ScanListing::parse,
        |listing, out| listing.encode(out),
        |again, listing| unstuff_line(again).map(ScanListing::parse) == Some(Ok(*listing)),
    );
    there_and_back(
        input,
        UniqueIdListing::parse,
        |listing, out| listing.encode(out),
        |again, listing| unstuff_line(again).map(UniqueIdListing::parse) == Some(Ok(*listing)),
    );
    there_and_back(
        input,
        Capability::parse,
        |capability, out| capability.encode(out),
        |again, capability| unstuff_line(again).map(Capability::parse) == Some(Ok(*capability)),
    );
    there_and_back(
        input,
        LanguageListing::parse,
        |listing, out| listing.encode(out),
        |again, listing| unstuff_line(again).map(LanguageListing::parse) == Some(Ok(*listing)),
    );
});
