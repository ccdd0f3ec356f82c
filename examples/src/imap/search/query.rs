//! What a message must be to be found: the keys of a SEARCH, worked out once (RFC 9051
//! §6.4.4).
//!
//! Keys that are the same, or true or false of every message, and lists in lists go into
//! one. What is left is looked at for each message, first what costs least. How keys
//! nest, or how often they repeat, is no matter then.

use std::collections::{HashMap, HashSet};

use imap_proto::{Date, SearchKey, SequenceSet};

use super::super::mime::{self, Found, Layout, StringId, Strings};
use crate::store::{Flags, UidSet};

/// How many strings may be looked for at a time.
const MOST_STRINGS: usize = 1_000;
/// How many keys may be looked at in all messages together: 33 keys of a million
/// messages.
const MOST_WORK: usize = 1 << 25;

/// What the numbers in the keys mean.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'v> {
    /// How many messages there are.
    pub count: u32,
    /// The largest UID, or 0.
    pub largest_uid: u32,
    /// The UIDs that `$` stands for (RFC 9051 §6.4.4.1).
    pub saved: &'v [u32],
}

/// What is known of a message without reading it.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its number.
    pub number: u32,
    /// Its UID.
    pub uid: u32,
    /// RFC822.SIZE.
    pub size: u64,
    /// The day of its INTERNALDATE, in its own zone.
    pub date: Option<Date>,
    /// Whether it is `\Recent`.
    pub recent: bool,
}

/// What of a message has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// Its header.
    Header,
    /// All of it.
    Whole,
}

/// A search asks for more work than one command may: more than 1,000 strings, or more
/// than 33,554,432 keys and messages, multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch;

/// Why it is not known whether a message is one of those that are looked for.
#[derive(Debug)]
pub enum Unknown<E> {
    /// See [`TooMuch`].
    TooMuch,
    /// The message could not be read.
    Unreadable(E),
}

/// A search.
#[derive(Debug)]
pub struct Query<'k> {
    root: Node,
    tests: Vec<Test<'k>>,
    known: HashMap<Test<'k>, usize>,
    sets: Vec<UidSet>,
    strings: Strings,
    string_ids: HashSet<StringId>,
    /// How many keys were looked at so far.
    work: usize,
}

/// What has to be true of a message.
#[derive(Debug)]
enum Node {
    /// This, of every message.
    Always(bool),
    /// That this test says so.
    Test(usize, bool),
    /// All of these, or any of them.
    Group { all: bool, nodes: Vec<Node>, cost: Cost },
}

/// What has to be read of a message; what costs less comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    Nothing,
    Header,
    Whole,
}

/// One thing that is true of a message or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Test<'k> {
    Flag(&'k str),
    Recent,
    Larger(u64),
    Smaller(u64),
    Before(Date),
    On(Date),
    Since(Date),
    SentBefore(Date),
    SentOn(Date),
    SentSince(Date),
    /// Its number is in the set of this index.
    Number(usize),
    /// Its UID is.
    Uid(usize),
    InHeader(StringId),
    InBody(StringId),
}

/// Nodes that become one.
struct Group {
    all: bool,
    nodes: Vec<Node>,
    tests: HashSet<(usize, bool)>,
    /// Whether one of them makes all the others no matter.
    decided: bool,
}

/// A message that is looked at.
struct Look<'m, R> {
    facts: &'m Facts,
    flags: &'m dyn Fn(&str) -> bool,
    read: R,
    header: Option<(Found, Option<Date>)>,
    body: Option<Found>,
}

impl<'k> Query<'k> {
    /// A search for the messages that all `keys` hold for.
    pub fn new(keys: &[SearchKey<'k>], numbers: Numbers<'_>) -> Result<Self, TooMuch> {
        let mut query = Self {
            root: Node::Always(true),
            tests: Vec::new(),
            known: HashMap::new(),
            sets: Vec::new(),
            strings: Strings::default(),
            string_ids: HashSet::new(),
            work: 0,
        };
        let mut all = Group::new(true);
        keys.iter().for_each(|key| query.add(key, true, numbers, &mut all));
        query.root = query.close(all);
        if query.string_ids.len() > MOST_STRINGS {
            return Err(TooMuch);
        }
        query.strings.prepare().map_err(|_| TooMuch)?;
        Ok(query)
    }

    /// Whether a message is one of those that are looked for. `flags` says whether it
    /// has a flag of this name; `read` reads it, at most once in each way.
    pub fn holds<E>(
        &mut self,
        facts: &Facts,
        flags: &dyn Fn(&str) -> bool,
        read: impl FnMut(Read) -> Result<Vec<u8>, E>,
    ) -> Result<bool, Unknown<E>> {
        let mut look = Look { facts, flags, read, header: None, body: None };
        let mut work = self.work;
        let holds = self.is(&self.root, &mut look, &mut work);
        self.work = work;
        holds
    }

    /// Adds to a group that `key` holds, or, if it is not `wanted`, that it does not.
    fn add(&mut self, key: &SearchKey<'k>, wanted: bool, numbers: Numbers<'_>, group: &mut Group) {
        const NEW: [SearchKey<'static>; 2] = [SearchKey::Recent, SearchKey::Unseen];
        let (test, is) = match *key {
            SearchKey::All => return group.push(Node::Always(wanted)),
            SearchKey::Not(key) => return self.add(key, !wanted, numbers, group),
            SearchKey::And(keys) => return self.add_all(&keys, wanted, wanted, numbers, group),
            SearchKey::Or(one, other) => {
                return self.add_all(&[*one, *other], !wanted, wanted, numbers, group);
            }
            SearchKey::New => return self.add_all(&NEW, wanted, wanted, numbers, group),
            SearchKey::Text(text) => {
                let header = Test::InHeader(self.strings.in_header(text.as_bytes()));
                let body = Test::InBody(self.strings.in_body(text.as_bytes()));
                let mut either = Group::new(!wanted);
                for test in [header, body] {
                    either.push(self.test(test, wanted));
                }
                let either = self.close(either);
                return group.push(either);
            }
            SearchKey::Answered => (Test::Flag(Flags::ANSWERED), true),
            SearchKey::Deleted => (Test::Flag(Flags::DELETED), true),
            SearchKey::Draft => (Test::Flag(Flags::DRAFT), true),
            SearchKey::Flagged => (Test::Flag(Flags::FLAGGED), true),
            SearchKey::Seen => (Test::Flag(Flags::SEEN), true),
            SearchKey::Keyword(name) => (Test::Flag(name.as_str()), true),
            SearchKey::Unanswered => (Test::Flag(Flags::ANSWERED), false),
            SearchKey::Undeleted => (Test::Flag(Flags::DELETED), false),
            SearchKey::Undraft => (Test::Flag(Flags::DRAFT), false),
            SearchKey::Unflagged => (Test::Flag(Flags::FLAGGED), false),
            SearchKey::Unseen => (Test::Flag(Flags::SEEN), false),
            SearchKey::Unkeyword(name) => (Test::Flag(name.as_str()), false),
            SearchKey::Recent => (Test::Recent, true),
            SearchKey::Old => (Test::Recent, false),
            SearchKey::Larger(size) => (Test::Larger(size), true),
            SearchKey::Smaller(size) => (Test::Smaller(size), true),
            SearchKey::Before(date) => (Test::Before(date), true),
            SearchKey::On(date) => (Test::On(date), true),
            SearchKey::Since(date) => (Test::Since(date), true),
            SearchKey::SentBefore(date) => (Test::SentBefore(date), true),
            SearchKey::SentOn(date) => (Test::SentOn(date), true),
            SearchKey::SentSince(date) => (Test::SentSince(date), true),
            SearchKey::Bcc(text) => (self.field(b"Bcc", text.as_bytes()), true),
            SearchKey::Cc(text) => (self.field(b"Cc", text.as_bytes()), true),
            SearchKey::From(text) => (self.field(b"From", text.as_bytes()), true),
            SearchKey::Subject(text) => (self.field(b"Subject", text.as_bytes()), true),
            SearchKey::To(text) => (self.field(b"To", text.as_bytes()), true),
            SearchKey::Header(name, text) => (self.field(name.as_bytes(), text.as_bytes()), true),
            SearchKey::Body(text) => (Test::InBody(self.strings.in_body(text.as_bytes())), true),
            // A number that no message has finds nothing.
            SearchKey::Uid(set) => (self.set(set, numbers.largest_uid, Test::Uid, numbers), true),
            SearchKey::Messages(set) => (self.set(set, numbers.count, Test::Number, numbers), true),
            // What this server does not offer.
            _ => return group.push(Node::Always(!wanted)),
        };
        let node = self.test(test, is == wanted);
        group.push(node);
    }

    /// Adds that all of `keys`, or any of them, hold or do not.
    fn add_all(
        &mut self,
        keys: &[SearchKey<'k>],
        all: bool,
        wanted: bool,
        numbers: Numbers<'_>,
        group: &mut Group,
    ) {
        if all == group.all {
            return keys.iter().for_each(|key| self.add(key, wanted, numbers, group));
        }
        let mut inner = Group::new(all);
        keys.iter().for_each(|key| self.add(key, wanted, numbers, &mut inner));
        let inner = self.close(inner);
        group.push(inner);
    }

    fn field(&mut self, name: &[u8], text: &[u8]) -> Test<'k> {
        Test::InHeader(self.strings.in_field(name, text))
    }

    fn set(
        &mut self,
        set: SequenceSet<'_>,
        largest: u32,
        test: fn(usize) -> Test<'k>,
        numbers: Numbers<'_>,
    ) -> Test<'k> {
        let (set, test) = match set.resolve(largest) {
            Some(ranges) => (ranges.collect(), test),
            None => (numbers.saved.iter().copied().collect(), Test::Uid as _),
        };
        self.sets.push(set);
        test(self.sets.len() - 1)
    }

    fn test(&mut self, test: Test<'k>, wanted: bool) -> Node {
        if let Test::InHeader(id) | Test::InBody(id) = test {
            self.string_ids.insert(id);
        }
        let tests = &mut self.tests;
        let at = *self.known.entry(test).or_insert_with(|| {
            tests.push(test);
            tests.len() - 1
        });
        Node::Test(at, wanted)
    }

    fn close(&self, Group { all, mut nodes, decided, .. }: Group) -> Node {
        if decided {
            return Node::Always(!all);
        }
        nodes.sort_by_key(|node| self.cost(node));
        match (nodes.pop(), nodes.is_empty()) {
            (None, _) => Node::Always(all),
            (Some(only), true) => only,
            (Some(last), false) => {
                let cost = self.cost(&last);
                nodes.push(last);
                Node::Group { all, nodes, cost }
            }
        }
    }

    fn cost(&self, node: &Node) -> Cost {
        match node {
            Node::Always(_) => Cost::Nothing,
            Node::Group { cost, .. } => *cost,
            Node::Test(test, _) => match self.tests.get(*test) {
                Some(Test::InBody(_)) => Cost::Whole,
                Some(Test::InHeader(_) | Test::SentBefore(_)) => Cost::Header,
                Some(Test::SentOn(_) | Test::SentSince(_)) => Cost::Header,
                _ => Cost::Nothing,
            },
        }
    }

    /// Whether a node is true of a message.
    fn is<E, R: FnMut(Read) -> Result<Vec<u8>, E>>(
        &self,
        node: &Node,
        look: &mut Look<'_, R>,
        work: &mut usize,
    ) -> Result<bool, Unknown<E>> {
        *work += 1;
        if *work > MOST_WORK {
            return Err(Unknown::TooMuch);
        }
        match node {
            Node::Always(is) => Ok(*is),
            Node::Test(at, wanted) => match self.tests.get(*at) {
                Some(test) => Ok(self.passes(*test, look)? == *wanted),
                None => Ok(false),
            },
            Node::Group { all, nodes, .. } => {
                for node in nodes {
                    if self.is(node, look, work)? != *all {
                        return Ok(!all);
                    }
                }
                Ok(*all)
            }
        }
    }

    fn passes<E, R: FnMut(Read) -> Result<Vec<u8>, E>>(
        &self,
        test: Test<'_>,
        look: &mut Look<'_, R>,
    ) -> Result<bool, Unknown<E>> {
        let facts = look.facts;
        let is_in = |set: usize, number| self.sets.get(set).is_some_and(|set| set.contains(number));
        Ok(match test {
            Test::Flag(name) => (look.flags)(name),
            Test::Recent => facts.recent,
            Test::Larger(size) => facts.size > size,
            Test::Smaller(size) => facts.size < size,
            Test::Before(date) => facts.date < Some(date),
            Test::On(date) => facts.date == Some(date),
            Test::Since(date) => facts.date >= Some(date),
            Test::SentBefore(date) => look.header(&self.strings)?.1.is_some_and(|sent| sent < date),
            Test::SentOn(date) => look.header(&self.strings)?.1 == Some(date),
            Test::SentSince(date) => look.header(&self.strings)?.1 >= Some(date),
            Test::Number(set) => is_in(set, facts.number),
            Test::Uid(set) => is_in(set, facts.uid),
            Test::InHeader(id) => look.header(&self.strings)?.0.contains(id),
            Test::InBody(id) => look.body(&self.strings)?.contains(id),
        })
    }
}

impl Group {
    fn new(all: bool) -> Self {
        Self { all, nodes: Vec::new(), tests: HashSet::new(), decided: false }
    }

    fn push(&mut self, node: Node) {
        match node {
            Node::Always(is) => self.decided |= is != self.all,
            Node::Test(test, wanted) => {
                if self.tests.insert((test, wanted)) {
                    self.nodes.push(node);
                }
            }
            Node::Group { .. } => self.nodes.push(node),
        }
    }
}

impl<E, R: FnMut(Read) -> Result<Vec<u8>, E>> Look<'_, R> {
    /// What was found in the header, and the day of its Date field.
    fn header(&mut self, strings: &Strings) -> Result<&(Found, Option<Date>), Unknown<E>> {
        let known = match self.header.take() {
            Some(known) => known,
            None => {
                let header = (self.read)(Read::Header).map_err(Unknown::Unreadable)?;
                (strings.find_in_header(&header), mime::sent(&header))
            }
        };
        Ok(self.header.insert(known))
    }

    /// What was found in the body.
    fn body(&mut self, strings: &Strings) -> Result<&Found, Unknown<E>> {
        let known = match self.body.take() {
            Some(known) => known,
            None => {
                let octets = (self.read)(Read::Whole).map_err(Unknown::Unreadable)?;
                strings.find_in_body(&octets, &Layout::parse(&octets))
            }
        };
        Ok(self.body.insert(known))
    }
}

#[cfg(test)]
mod tests {
    use imap_proto::{AString, NonEmpty};

    use super::*;

    const NUMBERS: Numbers<'static> = Numbers { count: 3, largest_uid: 9, saved: &[] };
    const FACTS: Facts = Facts { number: 1, uid: 2, size: 3, date: None, recent: false };

    /// Whether a message of these octets, which has no flags, is found, how many keys
    /// were looked at, and how often it was read.
    fn look(keys: &[SearchKey<'_>], octets: &str) -> (bool, usize, usize) {
        let mut query = Query::new(keys, NUMBERS).unwrap();
        let mut readings = 0;
        let read = |_| {
            readings += 1;
            Ok::<_, ()>(octets.as_bytes().to_vec())
        };
        let holds = query.holds(&FACTS, &|_| false, read).unwrap();
        (holds, query.work, readings)
    }

    #[test]
    fn keys_are_looked_at_once_however_they_nest_and_repeat() {
        let mut keys = vec![SearchKey::All; 10_000];
        keys.extend([SearchKey::Unseen, SearchKey::Not(&SearchKey::Seen)]);
        for _ in 0..60 {
            let inner = SearchKey::And(NonEmpty::new(keys.clone().leak()).unwrap());
            keys = vec![inner, SearchKey::Or(&SearchKey::All, &SearchKey::Seen)];
        }
        assert_eq!(look(&keys, ""), (true, 1, 0));
        let none = SearchKey::Not(&SearchKey::All);
        assert_eq!(look(&[SearchKey::Unseen, none], ""), (false, 1, 0));
    }

    #[test]
    fn a_message_is_read_once_and_only_if_it_has_to_be() {
        let text = |text: &'static str| AString::new(text.as_bytes()).unwrap();
        let octets = "Subject: one\r\n\r\ntwo\r\n";
        let (one, two) = (SearchKey::Text(text("one")), SearchKey::Body(text("two")));
        let either = SearchKey::Or(&two, &SearchKey::Larger(2));
        assert_eq!(look(&[SearchKey::Seen, one, two], octets), (false, 2, 0));
        assert_eq!(look(&[either], octets), (true, 2, 0));
        // The header, and all of it.
        let (holds, _, readings) =
            look(&[one, two, SearchKey::Not(&SearchKey::Text(text("three")))], octets);
        assert_eq!((holds, readings), (true, 2));
    }

    #[test]
    fn the_work_is_bounded() {
        let mut query = Query::new(&[SearchKey::Seen], NUMBERS).unwrap();
        query.work = MOST_WORK;
        let holds = query.holds(&FACTS, &|_| true, |_| Ok::<_, ()>(Vec::new()));
        assert!(matches!(holds, Err(Unknown::TooMuch)));
    }
}
