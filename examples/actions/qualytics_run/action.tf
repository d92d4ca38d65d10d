variable "migration" {
  type    = string
  default = "0042"
}

resource "terraform_data" "migration" {
  input = var.migration

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.qualytics_run.sync]
    }
  }
}

# Discover the tables and views again after each migration.
action "qualytics_run" "sync" {
  config {
    operation_type = "sync"
    datastore      = 101
    settings       = { include = ["table", "view"] }
  }
}
