use pop3_proto::server::request::{LogIn, Request};

struct Mine;

impl Request for Mine {}
impl LogIn for Mine {}

fn main() {}
