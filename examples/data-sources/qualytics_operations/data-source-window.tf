# The ten longest Runs of a week. fields keeps the state small.
data "qualytics_operations" "longest" {
  finished       = true
  created_after  = "2026-05-04T00:00:00Z"
  created_before = "2026-05-11T00:00:00Z"
  sort_duration  = "desc"
  limit          = 10
  fields         = ["id", "type", "duration_seconds"]
}

output "longest" {
  value = {
    for run in data.qualytics_operations.longest.operations :
    run.id => "${run.type}: ${run.duration_seconds} seconds"
  }
}
