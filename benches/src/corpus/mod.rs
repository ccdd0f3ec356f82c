//! What is read and written in the benches: generated with fixed seeds, thousands of items of
//! each kind, so that branches are predicted as they are in life.

pub mod body;
pub mod imap;
pub mod names;
pub mod pop3;
pub mod smtp;

/// How many items of a kind there are.
pub const ITEMS: usize = 5_000;

/// `items` as they come from the network, and where each of them stands: for who finds their ends
/// and for who gets them cut.
#[derive(Debug, Default)]
pub struct Wire {
    octets: Vec<u8>,
    ends: Vec<usize>,
}

impl Wire {
    /// All of it.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The items, each with the CRLF that ends it.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.octets[start..*end])
    }

    /// The items without that CRLF.
    pub fn cut(&self) -> impl Iterator<Item = &[u8]> {
        self.items().map(|item| item.strip_suffix(b"\r\n").expect("it ends with CRLF"))
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Items without the CRLF that ends each.
impl<T: AsRef<[u8]>> FromIterator<T> for Wire {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut wire = Self::default();
        for item in items {
            wire.octets.extend_from_slice(item.as_ref());
            wire.octets.extend_from_slice(b"\r\n");
            wire.ends.push(wire.octets.len());
        }
        wire
    }
}
