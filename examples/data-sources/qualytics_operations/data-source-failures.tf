# All failed and aborted Runs on two datastores, oldest first.
data "qualytics_operations" "failures" {
  datastore    = [101, 102]
  result       = ["failure", "aborted"]
  sort_created = "asc"
}

output "failures" {
  value = {
    for run in data.qualytics_operations.failures.operations :
    run.id => "${run.type} on ${run.datastore.name}: ${run.result}"
  }
}
