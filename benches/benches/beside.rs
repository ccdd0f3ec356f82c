//! Every row of the table: the limit, ours and the peers, a group each.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::beside::rows;
use mail_benches::work::{Work, named};

fn beside(criterion: &mut Criterion) {
    for row in rows() {
        let mut group = criterion.benchmark_group(row.ours);
        let mut measure = |name: &str, mut work: Work| {
            group.throughput(Throughput::Elements(work.items));
            group.bench_function(name, |bencher| bencher.iter(&mut work.run));
        };
        measure("ours", named(row.ours));
        for (name, make) in row.limit.iter().chain(row.peers).chain(row.less) {
            measure(name, make());
        }
        group.finish();
    }
}

criterion_group!(benches, beside);
criterion_main!(benches);
