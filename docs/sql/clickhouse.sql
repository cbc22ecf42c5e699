-- Views over trace files in object storage, for ClickHouse. Replace the address.
create view spans as select trace_id, span_id, parent_span_id, name, started_at, ended_at, duration_ms, outcome,
  exception, attributes
from s3('https://bucket.s3.amazonaws.com/traces/*.jsonl.gz', 'JSONEachRow',
  'kind String, trace_id String, span_id String, parent_span_id Nullable(String), name String,
   started_at DateTime64(6, \'UTC\'), ended_at DateTime64(6, \'UTC\'), duration_ms Float64, outcome String,
   exception Nullable(String), attributes String')
where kind = 'span'
settings input_format_json_read_objects_as_strings = 1, date_time_input_format = 'best_effort',
  input_format_skip_unknown_fields = 1;
create view model_calls as select *, JSONExtractString(attributes, 'model') as model,
  JSONExtractFloat(attributes, 'tokens_in') as tokens_in, JSONExtractFloat(attributes, 'tokens_out') as tokens_out,
  JSONExtractFloat(attributes, 'cost_usd') as cost_usd from spans where name = 'loom.model.stream';
create view runs as select *, JSONExtractString(attributes, 'agent') as agent,
  JSONExtractFloat(attributes, 'cost_usd') as cost_usd from spans where name = 'loom.run';
create view tools as select *, JSONExtractString(attributes, 'tool') as tool, JSONExtractBool(attributes, 'ok') as ok
  from spans where name = 'loom.tool';
