-- Views over trace files in object storage, for DuckDB. Replace the address.
install httpfs; load httpfs;
create view lines as select * from read_json('s3://bucket/traces/*.jsonl.gz', format = 'newline_delimited',
  columns = {kind: 'VARCHAR', trace_id: 'VARCHAR', span_id: 'VARCHAR', parent_span_id: 'VARCHAR', name: 'VARCHAR',
    started_at: 'TIMESTAMP', ended_at: 'TIMESTAMP', duration_ms: 'DOUBLE', outcome: 'VARCHAR', exception: 'VARCHAR',
    value: 'DOUBLE', label: 'VARCHAR', explanation: 'VARCHAR', source: 'VARCHAR', emitted_at: 'TIMESTAMP',
    scored_at: 'TIMESTAMP', attributes: 'JSON'});
create view spans as select trace_id, span_id, parent_span_id, name, started_at, ended_at, duration_ms, outcome,
  exception, attributes from lines where kind = 'span';
create view model_calls as select *, attributes->>'$.model' as model,
  (attributes->>'$.tokens_in')::double as tokens_in, (attributes->>'$.tokens_out')::double as tokens_out,
  (attributes->>'$.cost_usd')::double as cost_usd from spans where name = 'loom.model.stream';
create view runs as select *, attributes->>'$.agent' as agent, attributes->>'$.run_id' as run_id,
  (attributes->>'$.cost_usd')::double as cost_usd from spans where name = 'loom.run';
create view tools as select *, attributes->>'$.tool' as tool, (attributes->>'$.ok')::boolean as ok
  from spans where name = 'loom.tool';
create view metrics as select name, value, trace_id, span_id, emitted_at, attributes from lines where kind = 'metric';
create view scores as select name, value, label, explanation, source, trace_id, span_id, scored_at, attributes
  from lines where kind = 'score';
